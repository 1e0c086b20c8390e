package io.cade.image;

/** Sizes beyond which a package is neither built nor accepted. */
public final class PackageLimits {
  /** Files in one package. */
  public static final int MAX_FILES = 10_000;

  /** Sum of all content, in bytes: 1 GiB. */
  public static final long MAX_CONTENT_BYTES = 1L << 30;

  /** Size of the manifest, in bytes: 8 MiB. */
  public static final int MAX_MANIFEST_BYTES = 8 << 20;

  /** Length of a file's path, in characters. */
  public static final int MAX_PATH = 240;

  /** Length of name, version and kind, in characters. */
  public static final int MAX_TEXT = 64;

  private PackageLimits() {}
}
