"""Those who work with the services; each calls with a certificate of its own role."""
