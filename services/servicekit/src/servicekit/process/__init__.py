"""The process of a service: settings, business clock, logs, worker threads, failpoints."""
