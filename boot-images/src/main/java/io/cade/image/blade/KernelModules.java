package io.cade.image.blade;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Picks drivers out of a kernel's modules, with what they depend on, and writes the two files by
 * which {@code modprobe} finds them (modules.dep(5), modules.alias): what {@code depmod} does, for
 * the modules of the image only. Works on the modules' own words, so that the kernel need not be
 * installed here.
 */
final class KernelModules {
  private final Path root;
  private final SortedMap<String, Path> files;

  /**
   * @param root folder of one version's modules, {@code lib/modules/VERSION}
   * @throws IOException when it cannot be read
   */
  static KernelModules in(Path root) throws IOException {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : walk.sorted().toList()) {
        String name = path.getFileName().toString();
        int dot = name.indexOf(".ko");
        if (dot > 0 && Files.isRegularFile(path)) {
          files.putIfAbsent(canonical(name.substring(0, dot)), path);
        }
      }
    }
    return new KernelModules(root, files);
  }

  private KernelModules(Path root, SortedMap<String, Path> files) {
    this.root = root;
    this.files = files;
  }

  /** Version of the kernel that they belong to. */
  String version() {
    return root.getFileName().toString();
  }

  /**
   * Adds modules to a tree.
   *
   * @param wanted names; those that this kernel does not have as modules are passed over, because
   *     kernels differ in what is built in
   * @param scratch folder for unpacked modules
   * @return names of those that are in the tree, with what they depend on
   * @throws IOException when a module cannot be read
   */
  Set<String> addTo(FileTree tree, Collection<String> wanted, Path scratch) throws IOException {
    SortedMap<String, List<String>> chosen = new TreeMap<>();
    Map<String, ElfFile> read = new TreeMap<>();
    for (String name : wanted) {
      String module = canonical(name);
      if (files.containsKey(module)) {
        choose(module, chosen, read, tree, scratch);
      }
    }
    StringBuilder dependencies = new StringBuilder();
    StringBuilder aliases = new StringBuilder();
    for (var each : chosen.entrySet()) {
      dependencies.append(path(each.getKey())).append(':');
      for (String needed : closure(each.getKey(), chosen)) {
        dependencies.append(' ').append(path(needed));
      }
      dependencies.append('\n');
      for (String alias : read.getOrDefault(each.getKey(), none()).info("alias")) {
        aliases.append("alias ").append(alias).append(' ').append(each.getKey()).append('\n');
      }
    }
    String to = "lib/modules/" + version() + "/";
    tree.text(to + "modules.dep", 0644, dependencies.toString());
    tree.text(to + "modules.alias", 0644, aliases.toString());
    tree.text(to + "modules.symbols", 0644, "");
    return chosen.keySet();
  }

  private static ElfFile none() {
    return new ElfFile(java.util.Optional.empty(), List.of(), List.of());
  }

  private void choose(
      String module,
      SortedMap<String, List<String>> chosen,
      Map<String, ElfFile> read,
      FileTree tree,
      Path scratch)
      throws IOException {
    if (chosen.containsKey(module)) {
      return;
    }
    Path file = files.get(module);
    if (file == null) {
      // Depends on something that this kernel has built in.
      return;
    }
    Path plain = unpacked(file, scratch);
    ElfFile elf = ElfFile.read(plain);
    read.put(module, elf);
    tree.copy("lib/modules/" + version() + "/" + path(module), 0644, plain);
    List<String> needed = new ArrayList<>();
    for (String list : elf.info("depends")) {
      for (String name : list.split(",")) {
        if (!name.isBlank() && files.containsKey(canonical(name))) {
          needed.add(canonical(name));
        }
      }
    }
    chosen.put(module, needed);
    for (String name : needed) {
      choose(name, chosen, read, tree, scratch);
    }
  }

  /** All that a module needs, nearest first: the order of modules.dep. */
  private static Set<String> closure(String module, Map<String, List<String>> direct) {
    Set<String> all = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(direct.getOrDefault(module, List.of()));
    while (!open.isEmpty()) {
      String next = open.removeFirst();
      // Again at the end when it is needed by a later one: it must be loaded before that.
      all.remove(next);
      all.add(next);
      open.addAll(direct.getOrDefault(next, List.of()));
    }
    return all;
  }

  private String path(String module) {
    Path file = files.get(module);
    String relative = file == null ? module + ".ko" : root.relativize(file).toString();
    return relative.substring(0, relative.indexOf(".ko", relative.lastIndexOf('/') + 1)) + ".ko";
  }

  private static Path unpacked(Path file, Path scratch) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".ko")) {
      return file;
    }
    Path plain = scratch.resolve(name.substring(0, name.indexOf(".ko")) + ".ko");
    List<String> command =
        name.endsWith(".xz")
            ? List.of("xz", "-dc", file.toString())
            : name.endsWith(".zst")
                ? List.of("zstd", "-dcq", file.toString())
                : List.of("gzip", "-dc", file.toString());
    Tool.run(command, Tool.Output.to(plain));
    return plain;
  }

  /** The kernel takes hyphen and underscore for the same. */
  private static String canonical(String name) {
    return name.replace('-', '_');
  }
}
