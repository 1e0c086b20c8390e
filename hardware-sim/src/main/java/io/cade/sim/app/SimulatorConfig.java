package io.cade.sim.app;

import io.cade.agent.config.ConfigProblems;
import io.cade.agent.config.StrictYaml;
import io.cade.agent.wire.CardPosition;
import java.nio.file.Path;

/**
 * Configuration of the simulator.
 *
 * @param stateDirectory which cards sit where, and each card's own files
 * @param portOffset added to every port of the loopback conventions
 * @param bootHttpPort of the engine
 * @param seed drift of the sensors; the same seed, the same drift
 */
record SimulatorConfig(
    Path stateDirectory, int chassis, int cards, int portOffset, int bootHttpPort, int seed) {
  static SimulatorConfig read(Path file) throws ConfigProblems {
    return StrictYaml.read(
        file,
        s ->
            new SimulatorConfig(
                s.path("stateDirectory"),
                s.integer("chassis", 1, CardPosition.MAX_CHASSIS, 2),
                s.integer("cards", 1, CardPosition.MAX_SLOT, CardPosition.MAX_SLOT),
                s.integer("portOffset", 0, 50_000, 0),
                s.integer("bootHttpPort", 1, 65535, 9080),
                s.integer("seed", 0, Integer.MAX_VALUE, 1)));
  }
}
