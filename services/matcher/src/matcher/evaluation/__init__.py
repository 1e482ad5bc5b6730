"""Technology evaluation of the matcher on labelled images (ISO/IEC 19795-1): `matcher evaluate`.

It measures the code that the service runs, without a service or a database.
"""
