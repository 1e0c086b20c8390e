package io.cade.image;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which paths a package may hold: such that each stays below the directory it is unpacked to. */
final class ContentPaths {
  private ContentPaths() {}

  /** Why the path is refused, or null when it is fine. */
  static @Nullable String objection(String path) {
    if (path.isEmpty()) {
      return "a file has an empty path";
    }
    if (path.length() > PackageLimits.MAX_PATH) {
      return "path of "
          + path.length()
          + " characters, "
          + PackageLimits.MAX_PATH
          + " are allowed: "
          + quote(path.substring(0, 40) + "…");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      // A colon starts a drive or a stream elsewhere, a backslash separates there.
      if (c < 0x20 || c == 0x7f || c == '\\' || c == ':') {
        return "path " + quote(path) + " holds a forbidden character";
      }
    }
    if (path.startsWith("/")) {
      return "path " + quote(path) + " is absolute";
    }
    for (String segment : path.split("/", -1)) {
      if (segment.equals("..") || segment.equals(".") || segment.isEmpty()) {
        return "path " + quote(path) + " leaves its directory or is not in plain form";
      }
    }
    return null;
  }

  /** Why these paths, each fine alone, cannot be together; or null. */
  static @Nullable String conflict(Iterable<String> paths) {
    Set<String> files = new HashSet<>();
    for (String path : paths) {
      if (!files.add(path)) {
        return "path " + quote(path) + " is there twice";
      }
    }
    for (String path : files) {
      for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
        if (files.contains(path.substring(0, slash))) {
          return "path " + quote(path.substring(0, slash)) + " is both a file and a directory";
        }
      }
    }
    return null;
  }

  /** For messages: nothing in it can end a line or drive a terminal. */
  static String quote(String path) {
    StringBuilder out = new StringBuilder("'");
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      out.append(c < 0x20 || c == 0x7f ? '?' : c);
    }
    return out.append('\'').toString();
  }
}
