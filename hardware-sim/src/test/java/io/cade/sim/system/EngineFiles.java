package io.cade.sim.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A configuration for an engine alone.
 *
 * @param config the file
 * @param state directory that it names; not there yet
 * @param admin TCP port of console and API
 */
record EngineFiles(Path config, Path state, int admin) {
  static EngineFiles write(Path folder, int offset) throws IOException {
    Path config = folder.resolve("engine.yaml");
    Path state = folder.resolve("state");
    Files.writeString(config, yaml(state, offset));
    return new EngineFiles(config, state, 9443 + offset);
  }

  static String yaml(Path state, int offset) {
    return """
    stateDirectory: %s
    listenAddress: 127.0.0.1
    trapReceiver: 127.0.0.1:%d
    ports:
      admin: %d
      gateway: %d
      snmp: %d
      dhcp: %d
      relay: %d
      tftp: %d
      bootHttp: %d
    cabinet:
      chassis: 1
      slots: 2
    """
        .formatted(
            state,
            1162 + offset,
            9443 + offset,
            9444 + offset,
            1161 + offset,
            1067 + offset,
            1067 + offset,
            1069 + offset,
            9080 + offset);
  }
}
