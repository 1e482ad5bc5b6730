"""Minutiae records as exchanged with others: ISO/IEC 19794-2, editions 2005 and 2011."""
