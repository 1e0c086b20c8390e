package io.cade.engine.app;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes {@code endpoints.json} into the state directory: by it the operator's commands find this
 * engine, its authority and their password.
 */
final class EndpointsFile {
  private EndpointsFile() {}

  static void write(EngineConfig config, StateDirectory directory, String authorityPem)
      throws IOException {
    Path authority = directory.path("authority-certificate.pem");
    replace(authority, authorityPem.getBytes(StandardCharsets.US_ASCII));
    EngineConfig.Ports ports = config.ports();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("admin", at(config, ports.admin()));
    all.put("snmp", at(config, ports.snmp()));
    if (ports.snmpTls() != 0) {
      all.put("snmpTls", at(config, ports.snmpTls()));
    }
    all.put("dhcp", at(config, ports.dhcp()));
    all.put("tftp", at(config, ports.tftp()));
    all.put("bootHttp", at(config, ports.bootHttp()));
    all.put("pids", Map.of("engine", ProcessHandle.current().pid()));
    all.put("user", Engine.FIRST_USER);
    all.put("passwordFile", "secrets/operator-password");
    all.put("communityFile", "secrets/snmp-community");
    all.put("caFile", authority.getFileName().toString());
    replace(
        directory.path("endpoints.json"),
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsBytes(all));
  }

  private static String at(EngineConfig config, int port) {
    // For commands on this machine: a server at all addresses is at this one too.
    return (config.listenAddress().isAnyLocalAddress()
            ? Engine.LOOPBACK
            : config.listenAddress().getHostAddress())
        + ":"
        + port;
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
