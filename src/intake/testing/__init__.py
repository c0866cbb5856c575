"""The kit for authors of plugins: contracts to keep, fakes to use, samples to be afraid of."""
