package io.cade.mib.nms;

import io.cade.mib.MibOids;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the MIB files, and what monitoring programs need beside them, into a folder. Everything
 * comes from the MIB files that are packaged with the program, so that it fits the agent of the
 * same version. Stateless.
 */
public final class NmsFiles {
  private NmsFiles() {}

  /**
   * Writes all files, replacing those of an earlier version.
   *
   * @return paths within the folder, in the order of the documentation
   * @throws IOException if a file cannot be written; those before it are there
   */
  public static List<Path> writeTo(Path folder) throws IOException {
    Map<String, String> files = contents();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    return files.keySet().stream().map(Path::of).toList();
  }

  /** Path within the folder to content. */
  static Map<String, String> contents() throws IOException {
    var files = new LinkedHashMap<String, String>();
    for (String module : MibOids.MODULES) {
      files.put("mibs/" + module + ".txt", resource("/io/cade/mib/" + module));
    }
    Mib mib = MibReader.read(List.copyOf(files.values()));
    var prometheus = new PrometheusFiles(mib);
    files.put("prometheus/snmp.yml", prometheus.configuration());
    files.put("prometheus/snmp-until-0.22.yml", prometheus.oldConfiguration());
    files.put("prometheus/generator.yml", prometheus.generator());
    files.put("prometheus/alerts.yml", prometheus.alerts());
    files.put("zabbix/cade-template.yaml", new ZabbixTemplate(mib).template());
    var libreNms = new LibreNmsFiles(mib);
    files.put("librenms/os_detection/cade.yaml", libreNms.detection());
    files.put("librenms/os_discovery/cade.yaml", libreNms.discovery());
    files.put("opennms/cade.events.xml", new OpenNmsEvents(mib).events());
    return files;
  }

  /** What the packaged MIB files define. */
  static Mib mib() throws IOException {
    var texts = new ArrayList<String>();
    for (String module : MibOids.MODULES) {
      texts.add(resource("/io/cade/mib/" + module));
    }
    return MibReader.read(texts);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = NmsFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException(name + " is not packaged with the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /**
   * Whether a table is worth asking for each minute. Alarms, logs and histories are lists of
   * events: notifications bring those.
   */
  static boolean isWatched(Mib.Table table) {
    return !table.module().equals("CADE-ALARM-MIB")
        && !table.name().contains("Log")
        && !table.name().contains("History")
        && !table.name().contains("Change")
        && !table.readable().isEmpty();
  }

  /** Whether a column is to be divided by ten to the power of its row's precision. */
  static boolean isScaled(Mib.Item column) {
    return column.kind() == Mib.Kind.GAUGE
        && column.syntax().equals("Integer32")
        && !column.name().endsWith("Precision");
  }

  /** {@code cadeCardState} as {@code card state}. */
  static String words(String name) {
    return name.replaceFirst("^cade", "")
        .replaceAll("([a-z0-9])([A-Z])", "$1 $2")
        .toLowerCase(Locale.ROOT);
  }

  static String capitalised(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** The first sentence of a description, on one line. */
  static String firstSentence(String description) {
    String line = description.replace('\n', ' ');
    int end = line.indexOf(". ");
    return end < 0 ? line : line.substring(0, end + 1);
  }
}
