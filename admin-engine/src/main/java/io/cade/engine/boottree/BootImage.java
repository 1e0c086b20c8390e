package io.cade.engine.boottree;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What a loader has to know of an image in order to boot it. Digests are 64 lower-case hexadecimal
 * digits of SHA-256, see {@link ImageStore#part}.
 *
 * @param name and version, for people
 * @param kernel digest
 * @param initrds digests, in the order in which they are loaded, at most {@value #MAX_INITRDS}
 * @param commandLine of the kernel, printable ASCII without line ends
 */
public record BootImage(
    String name, String version, String kernel, List<String> initrds, String commandLine) {
  public static final int MAX_INITRDS = 8;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._+-]{1,64}");
  private static final Pattern LINE = Pattern.compile("[\\x20-\\x7e]{0,1024}");

  public BootImage {
    initrds = List.copyOf(initrds);
    require(LABEL.matcher(name).matches(), "image name '" + name + "'");
    require(LABEL.matcher(version).matches(), "image version '" + version + "'");
    require(DIGEST.matcher(kernel).matches(), "kernel's digest '" + kernel + "'");
    require(initrds.size() <= MAX_INITRDS, "more than " + MAX_INITRDS + " initial file systems");
    for (String each : initrds) {
      require(DIGEST.matcher(each).matches(), "initial file system's digest '" + each + "'");
    }
    require(LINE.matcher(commandLine).matches(), "command line of " + name);
  }

  private static void require(boolean good, String what) {
    if (!good) {
      throw new IllegalArgumentException("not usable: " + what);
    }
  }
}
