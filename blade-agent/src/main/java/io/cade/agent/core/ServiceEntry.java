package io.cade.agent.core;

import io.cade.agent.wire.ServiceStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One service of the card. Owned by {@link ServiceDesk}. */
final class ServiceEntry {
  /** What its process does. */
  enum Phase {
    NONE,
    STARTING,
    RUNNING,
    STOPPING,
    /** Waits for its next restart. */
    RESTART_DUE
  }

  final String name;

  /** Digests of its packages on the card, oldest first. */
  final List<String> installed = new ArrayList<>();

  /** How it is meant to run; null when it is not meant to. */
  AgentMemory.@Nullable Launch wanted;

  /** How its process was started last. */
  AgentMemory.@Nullable Launch current;

  Phase phase = Phase.NONE;
  ServiceStatus.State shown = ServiceStatus.State.INSTALLED;
  String detail = "";
  long launch;
  int restarts;

  /** Whether the current launch has to satisfy a command: then its first failure is final. */
  boolean onCommand;

  /** Why its process is being stopped although it is meant to run; else empty. */
  String overdue = "";

  /** What may be done before the process is started, in seconds from {@link #at} on. */
  int preparing;

  /** Start of the current state of the process, or the time of its restart. */
  Instant at = Instant.MIN;

  ServiceEntry(String name) {
    this.name = name;
  }

  void show(ServiceStatus.State state, String why) {
    shown = state;
    detail = Texts.cut(why, 512);
  }

  ServiceStatus status() {
    String digest =
        current != null
            ? current.packageDigest()
            : installed.isEmpty() ? "" : installed.get(installed.size() - 1);
    return new ServiceStatus(name, shown, digest, detail);
  }
}
