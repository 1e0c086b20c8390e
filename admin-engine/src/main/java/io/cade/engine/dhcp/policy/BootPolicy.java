package io.cade.engine.dhcp.policy;

import java.util.Map;

/**
 * What machines with a PXE, iPXE or HTTP boot ROM load first.
 *
 * @param httpBase URL of the boot files' root, ending in a slash; goes before names without a
 *     scheme where a URL is due
 * @param loaders first file for each architecture: a path for TFTP, for the HTTP architectures a
 *     path or a URL; an architecture that is not listed gets no boot file
 * @param script what iPXE goes on with, a path or URL; empty for the card's own boot file
 * @param discoveryScript the same for machines that are not known
 */
public record BootPolicy(
    String httpBase, Map<Architecture, String> loaders, String script, String discoveryScript) {
  public static final BootPolicy USUAL = new BootPolicy("", Architecture.usualLoaders(), "", "");

  /** Longest file or URL: what one instance of option 67 holds. */
  public static final int MAX_NAME = 255;

  public BootPolicy {
    loaders = Map.copyOf(loaders);
    loaders.values().forEach(name -> check(httpBase + name));
    check(httpBase + script);
    check(httpBase + discoveryScript);
  }

  private static void check(String name) {
    if (name.length() > MAX_NAME) {
      throw new IllegalArgumentException("'" + name + "' has over " + MAX_NAME + " characters");
    }
  }

  /** A name as URL: itself if it has a scheme, else below the root of the boot files. */
  public String url(String name) {
    return name.isEmpty() || name.contains("://") ? name : httpBase + name;
  }
}
