package io.cade.agent.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeviceRecordsTest {
  private final WireJson json = new WireJson();

  @Test
  void everyKindOfItemTravels() throws IOException {
    List<DeviceItem> items =
        List.of(
            new DeviceItem.PackageItem("nginx", "1"),
            new DeviceItem.UserItem("alice", "/bin/sh", List.of("adm"), List.of("ssh-ed25519 A")),
            new DeviceItem.FileItem("/etc/motd", "hello\n", "0644", "root:adm"),
            new DeviceItem.KernelItem("vm.swappiness", "10"),
            new DeviceItem.AddressItem("eth0", "192.0.2.1/24"),
            new DeviceItem.RouteItem("default", "192.0.2.2"),
            new DeviceItem.FirewallItem("inet cade", "chain a {}"),
            new DeviceItem.UnitItem("nginx", true, false),
            new DeviceItem.AbsentItem("file:/etc/x"));
    CommandResult result = new CommandResult(1, true, "", items);
    assertThat(json.decode(json.encode(result), CommandResult.class)).isEqualTo(result);
    Command.ApplyModel apply = new Command.ApplyModel(2, "server/1", items, List.of("file:/x"), 9);
    assertThat(json.decode(json.encode(apply), Command.class)).isEqualTo(apply);
  }
}
