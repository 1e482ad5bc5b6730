"""Does an image show ridges that were altered: turned, cut, burnt or transplanted?"""
