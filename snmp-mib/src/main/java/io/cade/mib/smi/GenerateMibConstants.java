package io.cade.mib.smi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes Java constants from the project's MIB files, so that an OID or an enumeration value stands
 * in one place: the MIB. Runs in the build from its source, before anything is compiled: {@code
 * java GenerateMibConstants.java MIB-FOLDER OUTPUT-FOLDER}.
 *
 * <p>An output file is rewritten only when it changes, so that an unchanged MIB costs no
 * compilation.
 */
final class GenerateMibConstants {
  private static final String PACKAGE = "io.cade.mib";

  private final List<SmiModule> modules;
  private final Map<String, String> oids;

  private GenerateMibConstants(List<SmiModule> modules) {
    this.modules = modules;
    oids = Smi.oids(modules);
  }

  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 2) {
      throw new IllegalArgumentException("usage: GenerateMibConstants MIB-FOLDER OUTPUT-FOLDER");
    }
    new GenerateMibConstants(Smi.ownModules(Path.of(arguments[0])))
        .write(Path.of(arguments[1]).resolve(PACKAGE.replace('.', '/')));
  }

  private void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    var written = new ArrayList<Path>();
    written.add(writeOids(folder));
    for (SmiModule module : modules) {
      for (SmiConvention convention : module.conventions()) {
        written.add(writeEnumeration(folder, convention));
      }
    }
    try (var files = Files.list(folder)) {
      for (Path stale : files.filter(f -> !written.contains(f)).toList()) {
        Files.delete(stale);
      }
    }
  }

  private Path writeOids(Path folder) throws IOException {
    var byOid = new TreeMap<String, SmiDefinition>(GenerateMibConstants::compareOids);
    for (SmiModule module : modules) {
      module.definitions().forEach(d -> byOid.put(oids.getOrDefault(d.name(), ""), d));
    }
    var out = new StringBuilder(header());
    out.append("import java.util.List;\nimport java.util.Map;\n\n")
        .append("/** The object identifiers of the project's MIB files, in dotted form. */\n")
        .append("@Generated(\"GenerateMibConstants\")\n")
        .append("public final class MibOids {\n");
    byOid.forEach((oid, node) ->
        out.append("  /** ")
            .append(node.module())
            .append("::")
            .append(node.name())
            .append(". */\n")
            .append("  public static final String ")
            .append(constant(node.name()))
            .append(" = \"")
            .append(oid)
            .append("\";\n\n"));
    out.append(
            "  /** Name to OID of every object that can be read: scalars and columns, without instance. */\n")
        .append("  public static final Map<String, String> READABLE = Map.ofEntries(\n");
    List<SmiDefinition> readable =
        byOid.values().stream().filter(SmiDefinition::isReadable).toList();
    for (int i = 0; i < readable.size(); i++) {
      String name = readable.get(i).name();
      out.append("      Map.entry(\"")
          .append(name)
          .append("\", ")
          .append(constant(name))
          .append(")")
          .append(i + 1 < readable.size() ? ",\n" : ");\n\n");
    }
    out.append("  /** Names of the project's MIB modules, each a resource of this package. */\n")
        .append("  public static final List<String> MODULES = List.of(\n")
        .append(
            byOid.values().stream()
                .map(SmiDefinition::module)
                .distinct()
                .sorted()
                .map(m -> "      \"" + m + "\"")
                .collect(Collectors.joining(",\n")))
        .append(");\n\n");
    out.append("  private MibOids() {}\n}\n");
    return writeIfChanged(folder.resolve("MibOids.java"), out);
  }

  private static Path writeEnumeration(Path folder, SmiConvention enumeration) throws IOException {
    if (enumeration.values().isEmpty()) {
      throw new IllegalArgumentException(enumeration.name() + " must be an enumerated INTEGER");
    }
    String name = enumeration.name().replaceFirst("^Cade", "").replaceFirst("TC$", "");
    var out = new StringBuilder(header());
    out.append("/**\n * ").append(enumeration.name()).append(":\n * <pre>\n");
    enumeration
        .description()
        .lines()
        .map(l -> l.replaceFirst("^ {8}", ""))
        .forEach(line ->
            out.append(" * ").append(line.replace("&", "&amp;").replace("<", "&lt;")).append('\n'));
    out.append(" * </pre>\n */\n@Generated(\"GenerateMibConstants\")\n")
        .append("public enum ")
        .append(name)
        .append(" {\n");
    out.append(
        enumeration.values().entrySet().stream()
            .map(e ->
                "  /** %s. */\n  %s(%d)"
                    .formatted(e.getValue(), constant(e.getValue()), e.getKey()))
            .collect(Collectors.joining(",\n", "", ";\n\n")));
    out.append("  private final int code;\n\n  ")
        .append(name)
        .append("(int code) {\n    this.code = code;\n  }\n\n")
        .append("  /** The number that the MIB gives to this value. */\n")
        .append("  public int code() {\n    return code;\n  }\n}\n");
    return writeIfChanged(folder.resolve(name + ".java"), out);
  }

  private static String header() {
    return "// Generated from the MIB files; change those instead.\npackage "
        + PACKAGE
        + ";\n\nimport javax.annotation.processing.Generated;\n\n";
  }

  private static Path writeIfChanged(Path file, CharSequence text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).contentEquals(text)) {
      Files.writeString(file, text);
    }
    return file;
  }

  /** cadeCardState and cadeTC become CADE_CARD_STATE and CADE_TC. */
  private static String constant(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static int compareOids(String a, String b) {
    long[] x = Arrays.stream(a.split("\\.")).mapToLong(Long::parseLong).toArray();
    long[] y = Arrays.stream(b.split("\\.")).mapToLong(Long::parseLong).toArray();
    return Arrays.compare(x, y);
  }
}
