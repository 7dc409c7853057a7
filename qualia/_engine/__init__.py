"""How a run happens: fingerprint, cache, breaker, guard, execute."""
