package io.cade.engine.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.UnitItem;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Models as people write them, and what becomes of them on a card. */
public final class ModelFileTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  private static final CardPosition CARD = new CardPosition(1, 3);

  public static final String WEB =
      """
      description: Web servers
      os:
        parameters:
          greeting:
            default: Welcome
            max: 40
            description: First line of the greeting
          backlog:
            type: number
            default: 1024
            min: 128
            max: 65535
        items:
          file:/etc/motd:
            content: |
              {{greeting}} on {{card}} ({{address}})
          kernel:net.core.somaxconn:
            value: "{{backlog}}"
          firewall:filter:
            rules: |
              chain input { type filter hook input priority 0; policy accept; }
      application:
        parameters:
          mode:
            type: choice
            values: [fast, safe]
            default: safe
          password:
            secret: true
            default: hunter22
        items:
          unit:shop:
            after: [file:/etc/shop.conf]
          file:/etc/shop.conf:
            content: "mode={{mode}} password={{password}} {{open}}x}}"
            mode: "0600"
            owner: shop:shop
      content:
        items:
          file:/etc/telnet:
            absent: true
      ignore:
        "file:/etc/resolv.conf": written by the boot
      values:
        greeting: Hello
      services:
        shop:
          greeting: Shop
      cards:
        1.3:
          backlog: 2048
      """;

  private static ModelVersion read(String text) throws ModelProblem {
    return read(text, DeviceModel.empty("web").newest());
  }

  private static ModelVersion read(String text, ModelVersion before) throws ModelProblem {
    return ModelFile.read("web.yaml", text, before, 2, NOW, "ann", "try");
  }

  private static String problem(String text) {
    return String.valueOf(catchThrowableOfType(ModelProblem.class, () -> read(text)).getMessage());
  }

  private static Facts facts(String... services) {
    return new Facts(CARD, "127.1.1.3", "02:00:00:00:01:03", List.of(services));
  }

  private static DeviceItem item(Rendered rendered, String key) {
    return rendered.items().stream().filter(i -> i.key().equals(key)).findFirst().orElseThrow();
  }

  @Test
  void itemsGetTheirValuesAndFacts() throws Exception {
    Rendered rendered = Rendering.render(read(WEB), facts());
    assertThat(item(rendered, "file:/etc/motd"))
        .isEqualTo(new FileItem("/etc/motd", "Hello on 1.3 (127.1.1.3)\n", "0644", ""));
    assertThat(item(rendered, "file:/etc/shop.conf"))
        .isEqualTo(
            new FileItem(
                "/etc/shop.conf", "mode=safe password=hunter22 {{x}}", "0600", "shop:shop"));
    assertThat(item(rendered, "kernel:net.core.somaxconn"))
        .isEqualTo(new DeviceItem.KernelItem("net.core.somaxconn", "2048"));
    assertThat(item(rendered, "unit:shop")).isEqualTo(new UnitItem("shop", true, true));
    assertThat(item(rendered, "file:/etc/telnet")).isEqualTo(new AbsentItem("file:/etc/telnet"));
    assertThat(rendered.ignored()).containsExactly("file:/etc/resolv.conf");
    assertThat(rendered.risky()).isTrue();
  }

  @Test
  void itemsComeAfterThoseThatTheyNeed() throws Exception {
    assertThat(Rendering.render(read(WEB), facts()).items())
        .extracting(DeviceItem::key)
        .containsSubsequence("file:/etc/motd", "file:/etc/shop.conf", "unit:shop");
  }

  @Test
  void aCardsValueGoesBeforeItsServicesAndThatBeforeTheTypes() throws Exception {
    ModelVersion version = read(WEB);
    assertThat(item(Rendering.render(version, facts("shop")), "file:/etc/motd").toString())
        .contains("Shop on 1.3");
    var cards = new TreeMap<>(version.cardValues());
    cards.put(CARD, new TreeMap<>(Map.of("greeting", "Mine")));
    ModelVersion own = version.withValues(version.values(), version.serviceValues(), cards);
    assertThat(item(Rendering.render(own, facts("shop")), "file:/etc/motd").toString())
        .contains("Mine on 1.3");
  }

  @Test
  void allProblemsAreToldAtOnceWithTheirLines() {
    assertThat(
            problem(
                """
                os:
                  parameters:
                    card:
                      type: text
                    size:
                      type: number
                      default: many
                    pick:
                      type: choice
                  items:
                    file:etc/motd:
                      content: x
                    file:/etc/a:
                      mode: "999"
                    disk:sda: {}
                    unit:x:
                      runing: true
                    file:/etc/b:
                      content: "{{nobody}}"
                ignore:
                  "file:/x": ""
                wrong: 1
                """))
        .contains(
            "web.yaml:4: 'os.parameters.card' is no name for a parameter",
            "'os.parameters.size.default' is 'many', a whole number is meant",
            "'os.parameters.pick.values' is missing",
            "should be an absolute path",
            "'os.items.file:/etc/a.content' is missing",
            "is '999', four octal digits",
            "with one of the kinds package, user",
            "unknown key 'os.items.unit:x.runing'",
            "'{{nobody}}', which is no parameter",
            "needs a reason",
            "unknown key 'wrong'");
  }

  @Test
  void itemsThatNeedEachOtherAreNamed() {
    String circle =
        """
        os:
          items:
            file:/a: {content: "", after: [file:/b]}
            file:/b: {content: "", after: [file:/c]}
            file:/c: {content: "", after: [file:/a]}
        """;
    assertThat(problem(circle)).contains("need each other: file:/a → file:/b → file:/c → file:/a");
    assertThat(problem(circle.replace("[file:/a]", "[file:/d]")))
        .contains("file:/c is to come after file:/d, which there is not");
  }

  @Test
  void aUnitIsRestartedForItemsOfItsModelOnly() {
    String text =
        """
        os:
          items:
            file:/a: {content: ""}
            unit:cron: {restart-on: [file:/b]}
        """;
    assertThat(problem(text))
        .contains("item unit:cron 'restart-on: file:/b', which is no other item of this model");
    assertThat(problem(text.replace("file:/b", "unit:cron"))).contains("no other item");
    assertThat(problem(text.replace("file:/b", "banana"))).contains("no other item");
  }

  @Test
  void whatIsWrittenOutReadsTheSameAndShowsNoSecret() throws Exception {
    ModelVersion version = read(WEB);
    String text = ModelText.of(version);
    assertThat(text).doesNotContain("hunter22").contains(ModelParameter.MASK);
    assertThat(read(text, version).saysTheSameAs(version)).as(text).isTrue();
    assertThat(ModelText.of(read(text, version))).isEqualTo(text);
  }

  @Test
  void sectionsOfValuesThatAFileDoesNotHaveStay() throws Exception {
    ModelVersion version = read(WEB);
    ModelVersion next = read(WEB.substring(0, WEB.indexOf("values:\n  greeting")), version);
    assertThat(next.values()).isEqualTo(version.values());
    assertThat(next.cardValues()).isEqualTo(version.cardValues());
  }

  @Test
  void differencesAreToldItemByItemWithoutSecrets() throws Exception {
    ModelVersion old = read(WEB);
    ModelVersion next =
        read(
            WEB.replace("default: hunter22", "default: hunter33")
                .replace("greeting: Hello", "greeting: Bye")
                .replace("{{card}}", "card {{card}}")
                .replace("file:/etc/telnet", "file:/etc/rsh"));
    List<ModelDiff.Line> lines = ModelDiff.between(old, next);
    assertThat(lines.toString()).doesNotContain("hunter");
    assertThat(lines)
        .extracting(l -> l.what() + " " + l.change())
        .containsExactlyInAnyOrder(
            "file:/etc/motd changed",
            "file:/etc/rsh added",
            "file:/etc/telnet removed",
            "value greeting changed",
            "parameter password changed");
    List<ModelDiff.Line> onCard =
        ModelDiff.between(Rendering.render(old, facts()), Rendering.render(next, facts()));
    assertThat(onCard.toString()).doesNotContain("hunter").contains("file:/etc/shop.conf");
    assertThat(ModelDiff.between(old, read(WEB))).isEmpty();
  }

  @Test
  void aValueThatIsMissingOrAmbiguousIsNamed() throws Exception {
    ModelVersion version =
        read("os:\n  parameters:\n    a: {}\n  items:\n    file:/x: {content: '{{a}}'}\n");
    assertThat(catchThrowableOfType(ModelProblem.class, () -> Rendering.render(version, facts())))
        .hasMessageContaining("parameter a has no value");
    ModelVersion two =
        version.withValues(
            Map.of(),
            Map.of(
                "s1", new TreeMap<>(Map.of("a", "1")),
                "s2", new TreeMap<>(Map.of("a", "2"))),
            Map.of());
    assertThat(
            catchThrowableOfType(
                ModelProblem.class, () -> Rendering.render(two, facts("s1", "s2"))))
        .hasMessageContaining("services s1 and s2");
  }

  @Test
  void whatIsTooMuchForACardIsNamed() throws Exception {
    StringBuilder text = new StringBuilder("os:\n  parameters: {a: {}}\n  items:\n");
    for (int i = 0; i < 10; i++) {
      text.append("    file:/etc/f").append(i).append(": {content: '");
      text.append("{{a}}".repeat(7)).append("'}\n");
    }
    ModelVersion version = read(text + "values: {a: '" + "x".repeat(8_000) + "'}\n");
    assertThat(catchThrowableOfType(ModelProblem.class, () -> Rendering.render(version, facts())))
        .hasMessage(
            "the items of card 1.3 have 547 KiB with all values filled in, 512 are allowed");
    ModelVersion less = read(text + "values: {a: '" + "x".repeat(7_000) + "'}\n");
    assertThat(Rendering.render(less, facts()).octets()).isBetween(490_000L, 512L << 10);
  }

  @Test
  void whatIsFoundIsTakenOverAndKeepsParametersAndSecrets() throws Exception {
    ModelVersion base = read(WEB);
    Rendered given = Rendering.render(base, facts());
    ModelVersion next =
        Adopting.adopted(
            base,
            given,
            List.of(
                new FileItem("/etc/shop.conf", "mode=quick password=hunter22", "0600", "shop:shop"),
                new FileItem("/etc/motd", "Hello on 1.3 (127.1.1.3)\n", "0600", ""),
                new AbsentItem("kernel:net.core.somaxconn"),
                new FileItem("/etc/new", "{{x}}", "0644", "")));
    assertThat(next.item("file:/etc/shop.conf").orElseThrow().template().toString())
        .contains("mode=quick password={{password}}")
        .doesNotContain("hunter22");
    assertThat(next.item("file:/etc/motd").orElseThrow().template())
        .isEqualTo(
            new FileItem("/etc/motd", "{{greeting}} on {{card}} ({{address}})\n", "0600", ""));
    Rendered after = Rendering.render(next, facts());
    assertThat(item(after, "file:/etc/new"))
        .isEqualTo(new FileItem("/etc/new", "{{x}}", "0644", ""));
    assertThat(item(after, "kernel:net.core.somaxconn")).isInstanceOf(AbsentItem.class);
  }

  @Test
  void theLastVersionsAreKeptAndThoseInUse() throws Exception {
    DeviceModel model = DeviceModel.empty("web");
    for (int i = 2; i < 60; i++) {
      model = model.plus(read(WEB).as(i, NOW, "ann", ""), Set.of(5));
    }
    assertThat(model.versions())
        .hasSize(DeviceModel.MAX_VERSIONS)
        .extracting(ModelVersion::number)
        .contains(1, 5, 58, 59)
        .doesNotContain(2, 30);
  }
}
