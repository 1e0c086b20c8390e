package io.cade.agent.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;

/**
 * What is on a card: its packages, kernel and units (SPEC R5). The hardware is in its introduction.
 *
 * @param at when it was looked, by the card's clock
 * @param kernel its release, like {@code 6.1.0-25-amd64}
 * @param packages by name, at most {@value #MAX_PACKAGES}
 * @param units by name, at most {@value #MAX_UNITS}
 * @param more packages and units that did not fit
 * @param problem what could not be told, and why; else empty
 */
public record Inventory(
    CardPosition position,
    String bootId,
    Instant at,
    String kernel,
    List<InstalledPackage> packages,
    List<Unit> units,
    int more,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String problem) {
  public static final int MAX_PACKAGES = 8_000;
  public static final int MAX_UNITS = 2_000;

  public Inventory {
    Limits.text("bootId", bootId, 128);
    kernel = LogText.harmless(Limits.text("kernel", kernel, 256));
    packages = Limits.list("packages", packages, MAX_PACKAGES);
    units = Limits.list("units", units, MAX_UNITS);
    Limits.range("more", more, 0, 1_000_000);
    problem = problem == null ? "" : LogText.harmless(Limits.text("problem", problem, 1_024));
  }

  /** One package. */
  public record InstalledPackage(String name, String version) {
    public InstalledPackage {
      name = LogText.harmless(Limits.text("name of a package", name, 128));
      version = LogText.harmless(Limits.text("version of a package", version, 128));
    }
  }

  /**
   * One unit.
   *
   * @param state in systemd's words: {@code running}, {@code exited}, {@code failed}, {@code dead}…
   */
  public record Unit(String name, boolean enabled, String state) {
    public Unit {
      name = LogText.harmless(Limits.text("name of a unit", name, 256));
      state = LogText.harmless(Limits.text("state of a unit", state, 32));
    }
  }
}
