package io.cade.sim.demo;

import java.util.List;

/** The processes of the demonstration. */
enum Role {
  ENGINE("engine", "io.cade.engine.app.EngineMain", Jvm.ENGINE),
  BALANCER("balancer", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  PROXY_4("proxy-4", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  PROXY_5("proxy-5", "io.cade.proxy.app.ProxyMain", Jvm.PROXY),
  SIM("sim", "io.cade.sim.app.SimulatorMain", Jvm.SIM);

  /** Which virtual machine settings they share. */
  enum Jvm {
    ENGINE("cade.jvm.engine", List.of("-Xmx128m")),
    PROXY("cade.jvm.proxy", List.of("-Xmx96m", "-XX:MaxDirectMemorySize=64m")),
    SIM("cade.jvm.sim", List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));

    private final String property;
    private final List<String> memory;

    Jvm(String property, List<String> memory) {
      this.property = property;
      this.memory = memory;
    }

    /** System property with flags, separated by blanks, which replace the standard ones. */
    String property() {
      return property;
    }

    List<String> standardFlags() {
      var all = new java.util.ArrayList<String>();
      all.add("-XX:+UseSerialGC");
      all.add("--enable-native-access=ALL-UNNAMED");
      all.add("--sun-misc-unsafe-memory-access=allow");
      all.addAll(memory);
      return List.copyOf(all);
    }
  }

  private final String label;
  private final String mainClass;
  private final Jvm jvm;

  Role(String label, String mainClass, Jvm jvm) {
    this.label = label;
    this.mainClass = mainClass;
    this.jvm = jvm;
  }

  /** As it is called in file names, messages and {@code endpoints.json}. */
  String label() {
    return label;
  }

  String mainClass() {
    return mainClass;
  }

  Jvm jvm() {
    return jvm;
  }
}
