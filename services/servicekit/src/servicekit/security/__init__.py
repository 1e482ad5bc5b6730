"""Who calls: certificates, identities, and who may call what."""
