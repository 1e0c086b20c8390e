package io.cade.sim.virtual;

import io.cade.agent.core.AgentMemory;
import io.cade.agent.gateway.CardIdentityStore;
import io.cade.agent.wire.HardwareDescriptor;
import io.cade.agent.wire.MacAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A piece of hardware with what it keeps without power, whichever slot it sits in. */
final class CardFlash {
  private final HardwareDescriptor hardware;
  private final CardIdentityStore identities;
  private final Set<String> packages = new HashSet<>();
  private AgentMemory memory = AgentMemory.empty();

  CardFlash(MacAddress mac, Path directory, SecureRandom random) {
    this.hardware =
        new HardwareDescriptor("Cade", "BL-1", "S" + mac, mac, 4, 8L << 30, List.of("d0", "d1"));
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.identities = new CardIdentityStore(directory, random);
  }

  MacAddress mac() {
    return hardware.mac();
  }

  HardwareDescriptor hardware() {
    return hardware;
  }

  CardIdentityStore identities() {
    return identities;
  }

  AgentMemory memory() {
    return memory;
  }

  void remember(AgentMemory newest) {
    memory = newest;
  }

  boolean holds(String service, String digest) {
    return packages.contains(service + " " + digest);
  }

  void keep(String service, String digest) {
    packages.add(service + " " + digest);
  }

  void delete(String service, String digest) {
    packages.remove(service + " " + digest);
  }

  void deleteAll(String service) {
    packages.removeIf(p -> p.startsWith(service + " "));
  }
}
