package io.cade.image.trust;

/**
 * A file of a repository that may be believed in.
 *
 * @param name plain file name
 * @param length in bytes
 * @param digest as {@link io.cade.image.Digests} writes it
 */
public record Target(String name, long length, String digest, Notice notice) {
  /** Where it is in the repository. */
  public String path() {
    return "targets/" + io.cade.image.Digests.hex(digest) + "." + name;
  }
}
