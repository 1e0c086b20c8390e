package io.cade.sim.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.cade.sim.control.ControlSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code endpoints.json}: where everything is (DESIGN §5). Owned by the supervisor's turns. */
final class EndpointsFile {
  private final Path file;
  private final DemoConfiguration configuration;
  private final PortPlan ports;

  EndpointsFile(Path state, DemoConfiguration configuration, PortPlan ports) {
    this.file = state.resolve("endpoints.json");
    this.configuration = configuration;
    this.ports = ports;
  }

  /** What an earlier demonstration left says nothing any more. */
  void forget() throws IOException {
    Files.deleteIfExists(file);
  }

  void write(Map<Role, Long> pids) throws IOException {
    PrivateFiles.write(
        file,
        JsonMapper.builder()
            .build()
            .writerWithDefaultPrettyPrinter()
            .writeValueAsBytes(content(pids)));
  }

  private Map<String, Object> content(Map<Role, Long> pids) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("http", at(ports.http()));
    all.put("https", at(ports.https()));
    all.put("admin", at(ports.admin()));
    all.put("snmp", at(ports.snmp()));
    all.put("trap", at(ports.trap()));
    all.put("dhcp", at(ports.dhcp()));
    all.put("tftp", at(ports.tftp()));
    all.put("bootHttp", at(ports.bootHttp()));
    all.put("ftp", at(ports.ftp()));
    all.put("pop3", at(ports.pop3()));
    all.put("pop3s", at(ports.pop3s()));
    Map<String, Long> processes = new LinkedHashMap<>();
    pids.forEach((role, pid) -> processes.put(role.label(), pid));
    if (!pids.containsKey(Role.ENGINE)) {
      engineOnRecord().ifPresent(pid -> processes.put(Role.ENGINE.label(), pid));
    }
    processes.put("demo", ProcessHandle.current().pid());
    all.put("pids", processes);
    all.put("user", "operator");
    all.put("passwordFile", configuration.secret("operator-password").toString());
    Map<String, Object> snmp3 = new LinkedHashMap<>();
    snmp3.put("user", "operator");
    snmp3.put("authProtocol", "SHA-256");
    snmp3.put("privProtocol", "AES");
    snmp3.put("passphraseFile", configuration.secret("snmp3-passphrase").toString());
    all.put("snmp3", snmp3);
    all.put("communityFile", configuration.secret("snmp-community").toString());
    all.put("visitorPasswordFile", configuration.visitorPassword().toString());
    all.put("caFile", configuration.caFile().toString());
    all.put("simControl", ControlSocket.of(configuration.simDirectory()).toString());
    return all;
  }

  private static String at(int port) {
    return PortPlan.HOST + ":" + port;
  }

  /** An engine that somebody started by hand has written its process id into its lock file. */
  private Optional<Long> engineOnRecord() {
    try {
      long pid =
          Long.parseLong(Files.readString(configuration.engineDirectory().resolve("lock")).strip());
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(ProcessHandle::pid);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }
}
