"""The Internet Printing Protocol (RFC 8010, RFC 8011), as far as a passport machine needs it."""
