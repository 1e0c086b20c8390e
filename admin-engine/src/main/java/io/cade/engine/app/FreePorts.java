package io.cade.engine.app;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Finds out before anything is made whether the engine can have its ports, by having each for a
 * moment: a server's own failure to bind does not say which port it was.
 */
final class FreePorts {
  private FreePorts() {}

  /**
   * Looks at every port that the engine will bind.
   *
   * @throws IOException naming the first that cannot be had and its key in the configuration
   */
  static void require(EngineConfig config) throws IOException {
    EngineConfig.Ports ports = config.ports();
    Map<String, Integer> tcp = new LinkedHashMap<>();
    tcp.put("admin", ports.admin());
    tcp.put("gateway", ports.gateway());
    tcp.put("bootHttp", ports.bootHttp());
    if (ports.snmpTls() != 0) {
      tcp.put("snmpTls", ports.snmpTls());
    }
    for (var port : tcp.entrySet()) {
      InetSocketAddress at = new InetSocketAddress(config.listenAddress(), port.getValue());
      try (ServerSocket socket = new ServerSocket()) {
        // As the servers do it: connections that have just ended are no obstacle.
        socket.setReuseAddress(true);
        socket.bind(at, 1);
      } catch (IOException e) {
        throw failure(at, "", port.getKey(), e);
      }
    }
    Map<String, Integer> udp = new LinkedHashMap<>();
    udp.put("snmp", ports.snmp());
    udp.put("dhcp", ports.dhcp());
    udp.put("tftp", ports.tftp());
    if (config.dhcp().bootServerPort() != 0) {
      udp.put("dhcp.bootServerPort", config.dhcp().bootServerPort());
    }
    for (var port : udp.entrySet()) {
      InetSocketAddress at = new InetSocketAddress(config.listenAddress(), port.getValue());
      try (DatagramSocket socket = new DatagramSocket(null)) {
        socket.bind(at);
      } catch (IOException e) {
        throw failure(at, "/udp", port.getKey(), e);
      }
    }
  }

  private static IOException failure(
      InetSocketAddress at, String transport, String key, IOException cause) {
    String where = at.getAddress().getHostAddress() + ":" + at.getPort() + transport;
    String message = String.valueOf(cause.getMessage());
    String what =
        cause instanceof BindException && message.startsWith("Address already in use")
            ? "is in use by another program; stop that program or set another ports." + key
            : "cannot be had: " + message + "; set another ports." + key + " or listenAddress";
    return new IOException(where + " " + what, cause);
  }
}
