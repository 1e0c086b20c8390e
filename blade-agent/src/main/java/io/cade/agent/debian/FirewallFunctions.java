package io.cade.agent.debian;

import io.cade.agent.device.NoItemException;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.FirewallItem;
import java.io.IOException;
import java.util.List;

/**
 * Tables of nftables, each replaced in one transaction of nft(8): packets see the old rules or the
 * new ones. A name without family is of {@code inet}.
 */
final class FirewallFunctions implements ItemFunctions<FirewallItem> {
  private final Programs programs;

  FirewallFunctions(Programs programs) {
    this.programs = programs;
  }

  private static List<String> table(String name) {
    int space = name.indexOf(' ');
    return space < 0
        ? List.of("inet", name)
        : List.of(name.substring(0, space), name.substring(space + 1));
  }

  /** Declared before it is deleted, so that one program does for both. */
  private static String program(FirewallItem wanted) {
    String table = "table " + String.join(" ", table(wanted.table()));
    return "%s%ndelete %s%n%s {%n%s%n}%n".formatted(table, table, table, wanted.rules());
  }

  @Override
  public void check(FirewallItem wanted) throws IOException, InterruptedException {
    String _ = programs.must(List.of("nft", "-c", "-f", "-"), program(wanted), Programs.SHORT);
  }

  @Override
  public DeviceItem look(String name) throws IOException, InterruptedException {
    List<String> table = table(name);
    Programs.Said said =
        programs.look("nft", "-s", "list", "table", table.getFirst(), table.getLast());
    if (!said.well()) {
      if (said.text().contains("No such file or directory")) {
        return new AbsentItem("firewall:" + name);
      }
      throw new IOException("nft: " + said.cause());
    }
    int open = said.text().indexOf('{');
    int close = said.text().lastIndexOf('}');
    if (open < 0 || close < open) {
      throw new IOException("nft tells no table: " + said.cause());
    }
    String rules = said.text().substring(open + 1, close).stripTrailing();
    if (rules.length() > DeviceItem.MAX_CONTENT) {
      throw new NoItemException("the table has " + rules.length() + " characters of rules");
    }
    return new FirewallItem(name, rules.startsWith("\n") ? rules.substring(1) : rules);
  }

  @Override
  public void change(FirewallItem wanted) throws IOException, InterruptedException {
    String _ = programs.must(List.of("nft", "-f", "-"), program(wanted), Programs.SHORT);
  }

  @Override
  public void remove(String name) throws IOException, InterruptedException {
    if (look(name) instanceof AbsentItem) {
      return;
    }
    List<String> table = table(name);
    String _ =
        programs.must(
            List.of("nft", "delete", "table", table.getFirst(), table.getLast()),
            "",
            Programs.SHORT);
  }
}
