"""The check of a photo: from the bytes of a file to what was measured of the face in it."""
