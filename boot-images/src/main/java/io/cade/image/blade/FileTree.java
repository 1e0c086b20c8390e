package io.cade.image.blade;

import java.nio.file.Path;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of an initial file system, before they are written. Paths are absolute without the
 * leading slash; directories above a file come about by themselves. Not thread-safe.
 */
final class FileTree {
  /** One file. */
  sealed interface Node {
    record Directory(int mode) implements Node {}

    /** A copy of a file of this machine. */
    record Copy(int mode, Path source) implements Node {}

    record Text(int mode, String content) implements Node {}

    record Link(String target) implements Node {}

    record CharacterDevice(int mode, int major, int minor) implements Node {}
  }

  private final SortedMap<String, Node> nodes = new TreeMap<>();

  FileTree directory(String path, int mode) {
    put(path, new Node.Directory(mode));
    return this;
  }

  FileTree copy(String path, int mode, Path source) {
    put(path, new Node.Copy(mode, source));
    return this;
  }

  FileTree text(String path, int mode, String content) {
    put(path, new Node.Text(mode, content));
    return this;
  }

  FileTree link(String path, String target) {
    put(path, new Node.Link(target));
    return this;
  }

  FileTree characterDevice(String path, int mode, int major, int minor) {
    put(path, new Node.CharacterDevice(mode, major, minor));
    return this;
  }

  boolean has(String path) {
    return nodes.containsKey(path);
  }

  /** All of them; a directory comes before what is in it. */
  SortedMap<String, Node> nodes() {
    return Collections.unmodifiableSortedMap(nodes);
  }

  private void put(String path, Node node) {
    if (path.isEmpty() || path.startsWith("/") || path.endsWith("/")) {
      throw new IllegalArgumentException("not a path of the tree: '" + path + "'");
    }
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      nodes.putIfAbsent(path.substring(0, slash), new Node.Directory(0755));
    }
    Node known = nodes.put(path, node);
    if (known != null && !(known instanceof Node.Directory && node instanceof Node.Directory)) {
      throw new IllegalArgumentException("path '" + path + "' is there twice");
    }
  }
}
