package io.cade.engine.app;

/** The version of this build, from the archive it was loaded from. */
final class Version {
  private Version() {}

  static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
