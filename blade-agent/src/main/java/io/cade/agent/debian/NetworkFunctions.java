package io.cade.agent.debian;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.agent.device.NoItemException;
import io.cade.agent.wire.DeviceItem;
import io.cade.agent.wire.DeviceItem.AbsentItem;
import io.cade.agent.wire.DeviceItem.AddressItem;
import io.cade.agent.wire.DeviceItem.RouteItem;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses and routes by ip(8) of iproute2. Of routes only those without a metric in the main
 * table are Cade's: one that a DHCP client made, with a metric, stays beside it and stands in again
 * when Cade's goes.
 */
final class NetworkFunctions {
  private final Programs programs;
  private final JsonMapper json = JsonMapper.builder().build();

  NetworkFunctions(Programs programs) {
    this.programs = programs;
  }

  ItemFunctions<AddressItem> addresses() {
    return new Addresses();
  }

  ItemFunctions<RouteItem> routes() {
    return new Routes();
  }

  private JsonNode tell(List<String> words) throws IOException, InterruptedException {
    String text = programs.must(words, "", Programs.SHORT);
    try {
      return json.readTree(text.isBlank() ? "[]" : text);
    } catch (JacksonException e) {
      throw new IOException("ip tells no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private void ip(List<String> words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(words);
    String _ = programs.must(command, "", Programs.SHORT);
  }

  private static String family(String prefix, String via) {
    return (prefix + via).contains(":") ? "-6" : "-4";
  }

  private final class Addresses implements ItemFunctions<AddressItem> {
    @Override
    public void check(AddressItem wanted) throws IOException, InterruptedException {
      var _ = interfaceOf(wanted.device());
    }

    private JsonNode interfaceOf(String device) throws IOException, InterruptedException {
      return tell(List.of("ip", "-j", "address", "show", "dev", device));
    }

    @Override
    public DeviceItem look(String name) throws IOException, InterruptedException {
      int slash = name.indexOf('/');
      String device = name.substring(0, slash);
      String address = name.substring(slash + 1);
      InetAddress wanted = InetAddress.ofLiteral(address.substring(0, address.indexOf('/')));
      int bits = Integer.parseInt(address.substring(address.indexOf('/') + 1));
      for (JsonNode link : interfaceOf(device)) {
        for (JsonNode info : link.path("addr_info")) {
          if (info.path("prefixlen").asInt(-1) == bits
              && InetAddress.ofLiteral(info.path("local").asText("0.0.0.0")).equals(wanted)) {
            return new AddressItem(device, address);
          }
        }
      }
      return new AbsentItem("address:" + name);
    }

    @Override
    public void change(AddressItem wanted) throws IOException, InterruptedException {
      if (look(wanted.device() + "/" + wanted.address()) instanceof AbsentItem) {
        ip(List.of("address", "add", wanted.address(), "dev", wanted.device()));
      }
    }

    @Override
    public void remove(String name) throws IOException, InterruptedException {
      if (look(name) instanceof AddressItem there) {
        ip(List.of("address", "del", there.address(), "dev", there.device()));
      }
    }
  }

  private final class Routes implements ItemFunctions<RouteItem> {
    @Override
    public DeviceItem look(String destination) throws IOException, InterruptedException {
      JsonNode routes =
          tell(
              List.of(
                  "ip",
                  family(destination, ""),
                  "-j",
                  "route",
                  "show",
                  "table",
                  "main",
                  "exact",
                  destination));
      for (JsonNode route : routes) {
        int metric = route.path("metric").asInt(0);
        // The kernel gives IPv6 routes without a metric this one.
        if (metric != 0 && !(metric == 1024 && destination.contains(":"))) {
          continue;
        }
        String via = route.path("gateway").asText("");
        if (via.isEmpty()) {
          throw new NoItemException("a route to " + destination + " is there, without a next hop");
        }
        return new RouteItem(destination, via);
      }
      return new AbsentItem("route:" + destination);
    }

    @Override
    public void change(RouteItem wanted) throws IOException, InterruptedException {
      ip(
          List.of(
              family(wanted.destination(), wanted.via()),
              "route",
              "replace",
              wanted.destination(),
              "via",
              wanted.via()));
    }

    @Override
    public void remove(String destination) throws IOException, InterruptedException {
      if (look(destination) instanceof RouteItem there) {
        ip(List.of(family(destination, ""), "route", "del", destination, "via", there.via()));
      }
    }
  }
}
