package io.cade.mib.nms;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.cade.mib.MibOids;
import io.cade.mib.Tools;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The files for monitoring programs say what the MIB files say, and their readers take them. */
class NmsFilesTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  @Test
  void everyReadableObjectOfTheMibFilesIsFoundByTheReader() throws Exception {
    Mib mib = NmsFiles.mib();
    var found = new TreeMap<String, String>();
    mib.scalars().forEach(s -> found.put(s.name(), s.oid()));
    mib.tables().forEach(t -> t.readable().forEach(c -> found.put(c.name(), c.oid())));
    assertThat(found).isEqualTo(new TreeMap<>(MibOids.READABLE));
    assertThat(mib.modules()).isEqualTo(MibOids.MODULES);
  }

  @Test
  void allFilesAreWrittenAndEachYamlFileCanBeRead() throws Exception {
    List<Path> written = NmsFiles.writeTo(folder);
    assertThat(written)
        .contains(
            Path.of("mibs/CADE-MIB.txt"),
            Path.of("prometheus/snmp.yml"),
            Path.of("zabbix/cade-template.yaml"),
            Path.of("librenms/os_discovery/cade.yaml"),
            Path.of("opennms/cade.events.xml"));
    for (Path path : written) {
      if (path.toString().matches(".*\\.ya?ml")) {
        assertThat(YAML.readTree(folder.resolve(path).toFile()).isObject()).as("%s", path).isTrue();
      }
    }
  }

  @Test
  void writingAgainReplacesAnEarlierVersionAndGivesTheSameBytes() throws Exception {
    NmsFiles.writeTo(folder);
    Path file = folder.resolve("zabbix/cade-template.yaml");
    String first = Files.readString(file);
    Files.writeString(file, "old");
    NmsFiles.writeTo(folder);
    assertThat(Files.readString(file)).isEqualTo(first);
  }

  @Test
  void snmpExportersOwnGeneratorMakesTheSameModuleOfTheMibFiles() throws Exception {
    String generator = Tools.need("prometheus-snmp-generator", "prometheus-snmp-exporter");
    NmsFiles.writeTo(folder);
    String mibs = folder.resolve("mibs") + ":" + Tools.standardMibs().getFirst();
    Path output = folder.resolve("generated.yml");
    var process =
        new ProcessBuilder(generator, "generate", "-o", output.toString())
            .directory(folder.resolve("prometheus").toFile())
            .redirectErrorStream(true);
    process.environment().put("MIBDIRS", mibs);
    Process running = process.start();
    String said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(running.waitFor()).as(said).isZero();

    Map<String, JsonNode> theirs = metrics(YAML.readTree(output.toFile()).path("cade"));
    Map<String, JsonNode> ours =
        metrics(
            YAML.readTree(folder.resolve("prometheus/snmp-until-0.22.yml").toFile()).path("cade"));
    assertThat(theirs.keySet()).containsAll(ours.keySet());
    ours.forEach((name, metric) -> {
      JsonNode other = Objects.requireNonNull(theirs.get(name), name);
      for (String part : List.of("oid", "indexes")) {
        assertThat(metric.path(part)).as(name + " " + part).isEqualTo(other.path(part));
      }
      // The generator takes any Counter64 for a counter; CounterBasedGauge64 (RFC 2856) is none.
      if (!metric.path("type").asText().equals("gauge")) {
        assertThat(metric.path("type")).as(name + " type").isEqualTo(other.path("type"));
      }
    });
  }

  private static Map<String, JsonNode> metrics(JsonNode module) {
    var metrics = new TreeMap<String, JsonNode>();
    module.path("metrics").forEach(m -> metrics.put(m.path("name").asText(), m));
    assertThat(metrics).isNotEmpty();
    return metrics;
  }

  @Test
  void promtoolAcceptsTheAlertingRules() throws Exception {
    String promtool = Tools.need("promtool", "prometheus");
    NmsFiles.writeTo(folder);
    var result =
        Tools.run(
            Map.of(),
            List.of(
                promtool, "check", "rules", folder.resolve("prometheus/alerts.yml").toString()));
    assertThat(result.exit()).as(result.output()).isZero();
    assertThat(Files.readString(folder.resolve("prometheus/alerts.yml")))
        .contains("cadeCardState == 8", "CadeModuleSilent");
  }

  @Test
  void zabbixTemplateHasValidUniqueIdsKnownValueMapsAndTriggersOfItsOwnItems() throws Exception {
    JsonNode export = YAML.readTree(content("zabbix/cade-template.yaml")).path("zabbix_export");
    var ids = new ArrayList<String>();
    collect(export, "uuid", ids);
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[0-9a-f]{32}"));
    assertThat(ids)
        .allMatch(id -> id.charAt(12) == '4' && "89ab".indexOf(id.charAt(16)) >= 0, "version 4");

    JsonNode template = export.path("templates").path(0);
    Set<String> valueMaps = new HashSet<>();
    template.path("valuemaps").forEach(v -> valueMaps.add(v.path("name").asText()));
    var keys = new HashSet<String>();
    var expressions = new ArrayList<String>();
    var all = new ArrayList<JsonNode>();
    template.path("items").forEach(all::add);
    template.path("discovery_rules").forEach(r -> r.path("item_prototypes").forEach(all::add));
    for (JsonNode item : all) {
      assertThat(keys.add(item.path("key").asText())).as(item.path("key").asText()).isTrue();
      if (item.has("valuemap")) {
        assertThat(valueMaps).contains(item.path("valuemap").path("name").asText());
      }
      for (String triggers : List.of("triggers", "trigger_prototypes")) {
        item.path(triggers).forEach(t -> expressions.add(t.path("expression").asText()));
      }
    }
    assertThat(expressions).isNotEmpty();
    for (String expression : expressions) {
      String key =
          expression.replaceFirst("^last\\(/Cade server module by SNMP/(.*)\\)=\\d+$", "$1");
      assertThat(keys).contains(key);
    }
  }

  private static void collect(JsonNode node, String field, List<String> into) {
    if (node.isObject() && node.has(field)) {
      into.add(node.path(field).asText());
    }
    node.forEach(child -> collect(child, field, into));
  }

  @Test
  void libreNmsStatesCoverEveryValueOfTheirObject() throws Exception {
    Mib mib = NmsFiles.mib();
    JsonNode definition = YAML.readTree(content("librenms/os_discovery/cade.yaml"));
    JsonNode states = definition.path("modules").path("sensors").path("state").path("data");
    assertThat(states).isNotEmpty();
    for (JsonNode state : states) {
      String name = state.path("state_name").asText();
      Mib.Item item = Objects.requireNonNull(mib.item(name), name);
      var values = new ArrayList<Integer>();
      state.path("states").forEach(s -> values.add(s.path("value").asInt()));
      assertThat(values).containsExactlyElementsOf(item.values().keySet());
      assertThat(state.path("num_oid").asText()).isEqualTo("." + item.oid() + ".{{ $index }}");
    }
    assertThat(content("librenms/os_detection/cade.yaml"))
        .contains("." + MibOids.CADE_SERVER_MODULE);
  }

  @Test
  void openNmsClearsTheAlarmThatItRaisedForTheSameNumber() throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document events =
        factory
            .newDocumentBuilder()
            .parse(
                new ByteArrayInputStream(
                    content("opennms/cade.events.xml").getBytes(StandardCharsets.UTF_8)));
    var reductionKeys = new HashSet<String>();
    var clearKeys = new HashSet<String>();
    var ueis = new HashSet<String>();
    var list = events.getElementsByTagName("event");
    for (int i = 0; i < list.getLength(); i++) {
      Element event = (Element) list.item(i);
      String uei = event.getElementsByTagName("uei").item(0).getTextContent();
      ueis.add(uei.substring(uei.lastIndexOf('/') + 1));
      var alarm = (Element) event.getElementsByTagName("alarm-data").item(0);
      reductionKeys.add(alarm.getAttribute("reduction-key"));
      if (alarm.hasAttribute("clear-key")) {
        clearKeys.add(alarm.getAttribute("clear-key"));
      }
    }
    assertThat(ueis)
        .isEqualTo(
            new HashSet<>(
                NmsFiles.mib().notifications().stream().map(Mib.Notification::name).toList()));
    assertThat(clearKeys).isNotEmpty();
    assertThat(reductionKeys).containsAll(clearKeys);
  }

  private static String content(String file) throws IOException {
    return Objects.requireNonNull(NmsFiles.contents().get(file), file);
  }
}
