package io.cade.image.boot;

/**
 * Sizes beyond which an image is neither built nor accepted, besides those of {@link
 * io.cade.image.PackageLimits}.
 */
public final class BootImageLimits {
  public static final int MAX_INITRDS = 8;
  public static final int MAX_LOADERS = 8;

  /** Size of the description, in bytes. */
  public static final int MAX_DESCRIPTION_BYTES = 64 << 10;

  /** Size of the signer's certificates in PEM, in bytes. */
  public static final int MAX_CHAIN_BYTES = 32 << 10;

  /** Certificates of the signer. */
  public static final int MAX_CHAIN = 4;

  /** Length of the kernel's command line, in characters. */
  public static final int MAX_COMMAND_LINE = 1024;

  private BootImageLimits() {}
}
