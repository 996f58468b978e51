"""Commands that join several doors: the server, the demo world, the simulation, the benchmarks."""
