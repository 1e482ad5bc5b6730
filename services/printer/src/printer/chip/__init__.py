"""The data of a passport's chip: elementary files of ICAO Doc 9303-10, signed and verified."""
