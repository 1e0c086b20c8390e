package io.cade.engine.device;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the cards of a type are to be (SPEC R1). Immutable.
 *
 * @param type lower-case letters, digits and hyphens, at most 32
 * @param current number of the version that cards of the type are to have
 * @param versions ascending; of more than {@value #MAX_VERSIONS} the oldest that nobody uses are
 *     gone
 */
public record DeviceModel(String type, int current, List<ModelVersion> versions) {
  public static final int MAX_VERSIONS = 20;

  /** Types of one module. */
  public static final int MAX_TYPES = 32;

  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  public DeviceModel {
    versions = List.copyOf(versions);
  }

  /** The model of a type that nobody has written yet: version 1, which says nothing. */
  public static DeviceModel empty(String type) {
    return new DeviceModel(type, 1, List.of(ModelVersion.empty()));
  }

  public static boolean isType(String text) {
    return TYPE.matcher(text).matches();
  }

  public Optional<ModelVersion> version(int number) {
    return versions.stream().filter(v -> v.number() == number).findFirst();
  }

  /** The version that was written last. */
  public ModelVersion newest() {
    return versions.getLast();
  }

  public int next() {
    return newest().number() + 1;
  }

  /** Name of a version, for agents and people. */
  public String label(int number) {
    return type + "/" + number;
  }

  public DeviceModel withCurrent(int number) {
    return new DeviceModel(type, number, versions);
  }

  /**
   * With one more version.
   *
   * @param used numbers that cards have or are to have: these are never dropped
   */
  public DeviceModel plus(ModelVersion version, Set<Integer> used) {
    Set<Integer> kept = new HashSet<>(used);
    kept.add(current);
    kept.add(version.number());
    List<ModelVersion> all = new ArrayList<>(versions);
    all.add(version);
    for (int i = 0; all.size() > MAX_VERSIONS && i < all.size(); ) {
      if (kept.contains(all.get(i).number())) {
        i++;
      } else {
        all.remove(i);
      }
    }
    return new DeviceModel(type, current, all);
  }
}
