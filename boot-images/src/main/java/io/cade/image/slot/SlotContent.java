package io.cade.image.slot;

/**
 * What a slot holds.
 *
 * @param digest of the image's file, as {@link io.cade.image.Digests} writes it
 * @param version for people
 * @param build number of the build
 * @param minimumBuild lowest build that may be booted once this image has proven good
 * @param standing how far it is trusted
 * @param triesLeft boots that it may still need to prove itself; 0 unless {@link Standing#TRYING}
 */
public record SlotContent(
    String digest,
    String version,
    long build,
    long minimumBuild,
    Standing standing,
    int triesLeft) {

  /** How far an image is trusted. */
  public enum Standing {
    /** New: is tried a few times, and is given up unless it is marked good. */
    TRYING,
    /** Has proven that it boots and reaches its engine. */
    GOOD,
    /** Was tried in vain, or its content was found damaged; never booted again. */
    BAD
  }

  public SlotContent {
    if (build < 0 || minimumBuild < 0 || minimumBuild > build || triesLeft < 0) {
      throw new IllegalArgumentException("impossible image in a slot: build " + build);
    }
    if (standing != Standing.TRYING && triesLeft > 0) {
      throw new IllegalArgumentException("tries are counted only for an image on trial");
    }
  }

  SlotContent with(Standing to, int tries) {
    return new SlotContent(digest, version, build, minimumBuild, to, tries);
  }
}
