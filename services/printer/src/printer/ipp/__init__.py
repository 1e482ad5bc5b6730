"""The machines' protocol: the Internet Printing Protocol (RFC 8010, RFC 8011), as far as needed."""
