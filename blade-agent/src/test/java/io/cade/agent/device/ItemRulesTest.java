package io.cade.agent.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FileItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import io.cade.agent.wire.DeviceItem.PackageItem;
import io.cade.agent.wire.DeviceItem.RouteItem;
import io.cade.agent.wire.DeviceItem.UserItem;
import io.cade.agent.wire.WireJson;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and contents that would mean something else than they say. */
final class ItemRulesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:/etc/motd",
        "file:/srv/ü b/.hidden",
        "package:libstdc++6",
        "unit:getty@tty1.service",
        "user:_apt",
        "kernel:net.ipv4.conf.eth0/5.rp_filter",
        "address:eth0.5/2001:db8::1/64",
        "route:0.0.0.0/0",
        "route:default",
        "firewall:ip6 cade_x",
      })
  void namesThatAreMeant(String key) {
    assertThatCode(() -> ItemRules.checkKey(key)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "file:",
        "file:etc/motd",
        "file:/",
        "file:/etc/",
        "file:/etc//motd",
        "file:/etc/../shadow",
        "file:/etc/./motd",
        "file:/proc/sys/kernel/panic",
        "file:/dev/sda",
        "file:/etc/a\nb",
        "file:/etc/a\u0000b",
        "package:--purge",
        "package:nginx=1",
        "package:a b",
        "package:/tmp/x.deb",
        "unit:-H",
        "unit:../x",
        "user:root:0",
        "user:-r",
        "user:UPPER",
        "kernel:net..core",
        "kernel:../../etc/passwd",
        "kernel:net.core./x",
        "address:eth0",
        "address:eth0/192.0.2.1",
        "address:eth0/192.0.2.1/33",
        "address:-j/192.0.2.1/24",
        "address:eth0/localhost/24",
        "route:-6",
        "route:192.0.2.0",
        "firewall:inet; flush ruleset",
        "firewall:martian cade",
        "colour:red",
      })
  void namesThatAreNot(String key) {
    assertThatThrownBy(() -> ItemRules.checkKey(key)).isInstanceOf(java.io.IOException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "} flush ruleset; table inet x {",
        "chain a { } }",
        "chain a {",
        "include \"/etc/shadow\"",
        "chain a {\n include \"x\"\n}",
        "chain a { comment \"open",
      })
  void rulesStayWithinTheirTable(String rules) {
    assertThatThrownBy(() -> ItemRules.check(new FirewallItem("inet cade", rules)))
        .hasMessageStartingWith("firewall:inet cade: rules ");
  }

  @Test
  void rulesMayQuoteAndComment() {
    assertThatCode(() ->
            ItemRules.check(
                new FirewallItem(
                    "cade",
                    "chain a { # } include\n tcp dport 22 accept comment \"} include\"\n}")))
        .doesNotThrowAnyException();
  }

  @Test
  void valuesAreOneLineAndModesAreModes() {
    List<DeviceItem> wrong =
        List.of(
            new FileItem("/etc/x", "a\u0000b", "0644", ""),
            new FileItem("/etc/x", "\ud800", "0644", ""),
            new FileItem("/etc/x", "", "4755", ""),
            new FileItem("/etc/x", "", "644", ""),
            new FileItem("/etc/x", "", "0644", "root"),
            new FileItem("/etc/x", "", "0644", "root:root:x"),
            new PackageItem("nginx", "-o"),
            new PackageItem("nginx", "1 2"),
            new UserItem("a", "/bin/sh", List.of("a,b"), List.of()),
            new UserItem("a", "sh", List.of(), List.of()),
            new UserItem("a", "/bin/sh", List.of(), List.of("one\ntwo")),
            new DeviceItem.KernelItem("vm.swappiness", "1\n2"),
            new DeviceItem.KernelItem("vm.swappiness", " "),
            new RouteItem("default", "2001:db8::1"),
            new RouteItem("default", "gateway"),
            new AbsentItem("kernel:vm.swappiness"));
    for (DeviceItem item : wrong) {
      assertThatThrownBy(() -> ItemRules.check(item))
          .as(item.toString())
          .isInstanceOf(java.io.IOException.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "file:/var/*, file:/var/x, true",
    "file:/var/*, file:/var/x/y, false",
    "file:/var/**, file:/var/x/y, true",
    "file:/var/**/y, file:/var/a/b/y, true",
    "**, unit:nginx, true",
    "unit:*, unit:nginx, true",
    "unit:ngin, unit:nginx, false",
    "*.log, file:/x.log, false",
    "**.log, file:/x.log, true",
    "a.c, abc, false",
  })
  void patternsOfKeys(String pattern, String key, boolean matches) {
    assertThat(KeyPattern.matches(pattern, key)).isEqualTo(matches);
  }

  @Test
  void cuttingLeavesWholeCharacters() {
    for (int start = 0; start < 3; start++) {
      String cut = Differences.cut("a".repeat(start) + "😀".repeat(300));
      assertThat(cut.length()).isLessThanOrEqualTo(256);
      assertThatCode(() -> new WireJson().encode(cut)).doesNotThrowAnyException();
    }
  }
}
