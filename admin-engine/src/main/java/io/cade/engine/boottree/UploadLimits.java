package io.cade.engine.boottree;

/**
 * How much cards may leave behind. Reaching a limit refuses or ends the upload; nothing that is
 * there is given up for it.
 *
 * @param maxFileBytes of one file
 * @param maxCardBytes of all files of one card, those being written included
 * @param maxCardFiles of one card, those being written included
 * @param minFreeBytes of the disk, below which nothing is taken
 */
public record UploadLimits(
    long maxFileBytes, long maxCardBytes, int maxCardFiles, long minFreeBytes) {
  public UploadLimits {
    if (maxFileBytes < 1 || maxCardBytes < maxFileBytes || maxCardFiles < 1 || minFreeBytes < 0) {
      throw new IllegalArgumentException(
          "uploads need limits above zero, and a card's share at least one file's");
    }
  }

  /** 16 MiB a file, 64 MiB and 64 files a card; 256 MiB of the disk stay free. */
  public static UploadLimits usual() {
    return new UploadLimits(16L << 20, 64L << 20, 64, 256L << 20);
  }
}
