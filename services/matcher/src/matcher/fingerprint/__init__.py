"""The science of fingerprints: arrays in, arrays out; no database, no gRPC, no settings."""
