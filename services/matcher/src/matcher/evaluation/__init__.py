"""How well the matcher tells fingers apart, measured on anybody's images: `matcher evaluate`.

Above `fingerprint`, beside the service: what is measured is the code that the service runs.
"""
