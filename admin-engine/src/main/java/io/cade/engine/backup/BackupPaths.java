package io.cade.engine.backup;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The paths that a backup may hold: plain ones below one directory, each once, none of them both
 * file and directory. Used by one thread.
 */
final class BackupPaths {
  /** Longest path, octets of UTF-8. */
  static final int MAX_BYTES = 240;

  private final Set<String> files = new HashSet<>();
  private final Set<String> directories = new HashSet<>();

  /** What is wrong with a path by itself; null for nothing. */
  static @Nullable String objection(String path) {
    if (path.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return "is longer than " + MAX_BYTES + " octets";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (Character.isISOControl(c) || c == '\\') {
        return "holds a forbidden character";
      }
    }
    for (String segment : path.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return "leaves the state directory or is not in plain form";
      }
    }
    return null;
  }

  /** Takes one more path; what is wrong with it beside those before it, null for nothing. */
  @Nullable String add(String path) {
    String objection = objection(path);
    if (objection != null) {
      return objection;
    }
    if (!files.add(path)) {
      return "is there twice";
    }
    if (directories.contains(path)) {
      return "is both a file and a directory";
    }
    for (int i = path.indexOf('/'); i >= 0; i = path.indexOf('/', i + 1)) {
      String directory = path.substring(0, i);
      if (files.contains(directory)) {
        return "is below a file";
      }
      directories.add(directory);
    }
    return null;
  }

  /** For messages: no control characters, and not endless. */
  static String shown(String path) {
    StringBuilder text = new StringBuilder();
    path.chars().limit(120).forEach(c -> text.append(Character.isISOControl(c) ? '?' : (char) c));
    return "'" + text + "'";
  }
}
