package io.cade.agent.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.agent.run.ServiceProcesses.ServiceProcess;
import io.cade.agent.wire.ProgramForm;
import io.cade.agent.wire.ServicePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

final class OsServiceProcessesTest extends ServiceProcessesContract {
  /** The smallest program that is a service: says who it is, and what it was told. */
  private static final String PROGRAM =
      """
      import com.sun.net.httpserver.HttpServer;
      import java.net.InetAddress;
      import java.net.InetSocketAddress;

      public class Main {
        public static void main(String[] args) throws Exception {
          HttpServer server =
              HttpServer.create(
                  new InetSocketAddress(
                      InetAddress.ofLiteral(System.getenv("CADE_ADDRESS")),
                      Integer.parseInt(System.getenv("CADE_PORT"))),
                  0);
          server.createContext(
              "/",
              exchange -> {
                byte[] text =
                    (String.join(" ", args) + "|" + System.getenv().keySet() + "|"
                            + ProcessHandle.current().pid())
                        .getBytes();
                exchange.sendResponseHeaders(
                    exchange.getRequestURI().getPath().equals("/well") ? 200 : 404, text.length);
                exchange.getResponseBody().write(text);
                exchange.close();
              });
          server.start();
          for (String arg : args) {
            switch (arg) {
              case "helper" -> begin("/bin/sleep", "300");
              case "runaway" -> begin("/usr/bin/setsid", "/bin/sleep", "300");
              case "stubborn" ->
                  Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    while (true) {
                      java.util.concurrent.locks.LockSupport.park();
                    }
                  }));
              case "crash" ->
                  server.createContext("/crash", exchange -> Runtime.getRuntime().halt(3));
              default -> {}
            }
          }
          System.out.println("listens");
        }

        private static void begin(String... words) throws Exception {
          System.out.println(new ProcessBuilder(words).inheritIO().start().pid());
        }
      }
      """;

  @Override
  ServiceProcesses processes() {
    return new OsServiceProcesses(ServiceRuntimes.ofThisProcess());
  }

  @Test
  void commandLineHoldsNoSecretAndKeepsTheHeapSmall() throws Exception {
    List<String> command = ServiceRuntimes.ofThisProcess().of(spec("static-site")).command();
    assertThat(command)
        .contains("-Xmx24m", "-Dsun.net.httpserver.nodelay=true")
        .endsWith(
            "127.1.20.2", Integer.toString(address().getPort()), dir.toString(), "static-site");
  }

  @Test
  void aProgramOfTheUsersServesAndEndsWhenItIsStopped() throws Exception {
    program("memory = 48\nhealth = /well\narguments = one  two\n");
    ServiceProcess process = processes().start(spec(ServicePorts.JAVA));
    assertThat(ServiceRuntimes.probe(ServicePorts.JAVA, dir, address()))
        .isEqualTo(new HealthProbe(address(), new HealthQuestion.Http("/well")));
    awaitAnswer("/well", process);
    String[] said = get("/anything").split("\\|", -1);
    assertThat(said[0]).isEqualTo("one two");
    // Nothing of the agent's surroundings.
    // PWD and what else a shell adds; no PATH, HOME or secret.
    assertThat(said[1].replaceAll("[\\[\\] ]", "").split(","))
        .contains("CADE_ADDRESS", "CADE_PORT", "CADE_SERVICE")
        .isSubsetOf(
            "CADE_ADDRESS", "CADE_PORT", "CADE_SERVICE", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_");
    process.stop();
    assertThat(process.exited().get(60, TimeUnit.SECONDS)).startsWith("exit code 143");
    assertThat(HealthProbe.answers(address(), "/well")).isFalse();
  }

  @Test
  void whatAProgramWritesIsHandedOnLineByLine() throws Exception {
    program("health = /well\n");
    var lines = new java.util.concurrent.LinkedBlockingQueue<String>();
    ServiceProcesses.ServiceSpec spec = spec(ServicePorts.JAVA);
    ServiceProcess process =
        processes()
            .start(
                new ServiceProcesses.ServiceSpec(
                    spec.service(),
                    spec.kind(),
                    spec.content(),
                    spec.scratch(),
                    null,
                    spec.address(),
                    lines::add));
    assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("listens");
    process.kill();
    process.exited().get(60, TimeUnit.SECONDS);
  }

  @Test
  void aProgramThatIsKilledLeavesNobodyBehind() throws Exception {
    program("health = /well\n");
    ServiceProcess process = processes().start(spec(ServicePorts.JAVA));
    awaitAnswer("/well", process);
    long pid = Long.parseLong(get("/well").split("\\|", -1)[2]);
    process.kill();
    process.exited().get(60, TimeUnit.SECONDS);
    ProcessHandle.of(pid).ifPresent(handle -> handle.onExit().join());
    assertThat(HealthProbe.answers(address(), "/well")).isFalse();
  }

  /** Starts a program with such arguments and waits until it serves. */
  private ServiceProcess started(String arguments, BlockingQueue<String> lines) throws Exception {
    program("health = /well\narguments = " + arguments + "\n");
    ServiceProcesses.ServiceSpec spec = spec(ServicePorts.JAVA);
    ServiceProcess process =
        processes()
            .start(
                new ServiceProcesses.ServiceSpec(
                    spec.service(),
                    spec.kind(),
                    spec.content(),
                    spec.scratch(),
                    null,
                    spec.address(),
                    lines::add));
    awaitAnswer("/well", process);
    return process;
  }

  private static ProcessHandle process(BlockingQueue<String> lines) throws InterruptedException {
    String pid = Objects.requireNonNull(lines.poll(60, TimeUnit.SECONDS));
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** Until init has taken notice of it. */
  private static void awaitEnd(ProcessHandle process) throws Exception {
    process.onExit().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aServiceHasEndedWhenItsProgramHasAlsoIfWhatItStartedHoldsItsOutput() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    ServiceProcess process = started("helper", lines);
    ProcessHandle helper = process(lines);
    assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("listens");
    process.stop();
    assertThat(process.exited().get(20, TimeUnit.SECONDS)).startsWith("exit code 143");
    awaitEnd(helper);
  }

  @Test
  void aServiceThatCrashesHasEndedAlsoIfAnotherSessionHoldsItsOutput() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    ServiceProcess process = started("helper runaway crash", lines);
    ProcessHandle helper = process(lines);
    ProcessHandle runaway = process(lines);
    try {
      assertThat(lines.poll(60, TimeUnit.SECONDS)).isEqualTo("listens");
      assertThatThrownBy(() -> get("/crash")).isInstanceOf(IOException.class);
      assertThat(process.exited().get(20, TimeUnit.SECONDS)).startsWith("exit code 3");
      awaitEnd(helper);
      assertThat(runaway.isAlive()).as("who has left it").isTrue();
    } finally {
      runaway.destroyForcibly();
    }
  }

  @Test
  void aServiceThatDoesNotEndWhenItIsAskedToIsKilledWithWhatItHasStarted() throws Exception {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    ServiceProcess process = started("helper stubborn", lines);
    ProcessHandle helper = process(lines);
    process.stop();
    assertThat(process.exited().get(20, TimeUnit.SECONDS)).startsWith("exit code 137");
    awaitEnd(helper);
    assertThat(HealthProbe.answers(address(), "/well")).isFalse();
  }

  @Test
  void aServiceThatOutlivesAKilledAgentIsWaitedForBeforeTheNextOneMayBegin() throws Exception {
    program("health = /well\narguments = helper stubborn\n");
    Process agent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                dir.toString(),
                address().getAddress().getHostAddress(),
                Integer.toString(address().getPort()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var said =
        new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8))) {
      ProcessHandle helper = ProcessHandle.of(Long.parseLong(word(said))).orElseThrow();
      assertThat(word(said)).isEqualTo("listens");
      long pid = Long.parseLong(get("/well").split("\\|", -1)[2]);
      ProcessHandle program = ProcessHandle.of(pid).orElseThrow();
      agent.destroyForcibly().waitFor();
      assertThat(program.isAlive()).as("it does not heed that it is to end").isTrue();

      processes().endEarlier("shop", dir.resolveSibling("scratch"));

      assertThat(program.isAlive()).isFalse();
      awaitEnd(helper);
      assertThat(dir.resolveSibling("shop.pid")).doesNotExist();
      // Nothing of another start is there: this one comes back at once.
      processes().endEarlier("shop", dir.resolveSibling("scratch"));
    } finally {
      agent.descendants().forEach(ProcessHandle::destroyForcibly);
      agent.destroyForcibly();
    }
  }

  /** The next one of the service; what its agent logs is none. */
  private static String word(BufferedReader said) throws IOException {
    while (true) {
      String line = Objects.requireNonNull(said.readLine());
      if (line.startsWith(Starter.SAYS)) {
        return line.substring(Starter.SAYS.length());
      }
    }
  }

  /** What of an agent starts a service, and hands on what that says. */
  static final class Starter {
    private static final String SAYS = "service says ";

    private Starter() {}

    public static void main(String[] args) throws IOException, InterruptedException {
      Path content = Path.of(args[0]);
      new OsServiceProcesses(ServiceRuntimes.ofThisProcess())
          .start(
              new ServiceProcesses.ServiceSpec(
                  "shop",
                  ServicePorts.JAVA,
                  content,
                  content.resolveSibling("scratch"),
                  null,
                  new InetSocketAddress(args[1], Integer.parseInt(args[2])),
                  line -> System.out.println(SAYS + line)));
      Thread.currentThread().join();
    }
  }

  @Test
  void aProgramThatFailsSaysWhyInItsLastWords() throws Exception {
    Files.writeString(dir.resolve(ProgramForm.JAR), "no archive");
    ServiceProcess process = processes().start(spec(ServicePorts.JAVA));
    assertThat(process.exited().get(60, TimeUnit.SECONDS))
        .startsWith("exit code 1: ")
        .contains("jarfile");
  }

  @Test
  void aFormThatIsWrongIsRefusedBeforeAnythingStarts() throws Exception {
    program("memory = much\n");
    assertThatThrownBy(() -> processes().start(spec(ServicePorts.JAVA)))
        .isInstanceOf(IOException.class)
        .hasMessage("service.properties: memory is 'much', not a number of MiB");
  }

  @Test
  void nginxServesWithTheConfigurationOfThePackage() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nginx")), "needs nginx (package nginx-light)");
    Files.createDirectory(dir.resolve("www"));
    Files.writeString(dir.resolve("www/index.html"), "<h1>served by nginx</h1>");
    Files.writeString(
        dir.resolve("nginx.conf"),
        """
        daemon off;
        error_log stderr warn;
        pid "@SCRATCH@/nginx.pid";
        events {}
        http {
          access_log off;
          client_body_temp_path "@SCRATCH@/body";
          proxy_temp_path "@SCRATCH@/proxy";
          fastcgi_temp_path "@SCRATCH@/fastcgi";
          uwsgi_temp_path "@SCRATCH@/uwsgi";
          scgi_temp_path "@SCRATCH@/scgi";
          server {
            listen @LISTEN@;
            root "@CONTENT@/www";
            location = /.cade/health { return 200 "ok"; }
          }
        }
        """);
    ServiceProcess process = processes().start(spec(ServicePorts.NGINX));
    awaitAnswer("/.cade/health", process);
    assertThat(get("/index.html")).isEqualTo("<h1>served by nginx</h1>");
    process.stop();
    assertThat(process.exited().get(60, TimeUnit.SECONDS)).isEqualTo("exit code 0");
    assertThat(HealthProbe.answers(address(), "/.cade/health")).isFalse();
    // The package is as it came: what is checked at each start must not change.
    try (var files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()).sorted().toList())
          .containsExactly("index.html", "nginx.conf", "www");
    }
  }

  /** Whether it answers is all that tells that it is there. */
  private void awaitAnswer(String path, ServiceProcess process) throws InterruptedException {
    while (!HealthProbe.answers(address(), path)) {
      assertThat(process.exited()).as("still there").isNotDone();
      Thread.sleep(20);
    }
  }

  private String get(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(
                    "http://"
                        + address().getAddress().getHostAddress()
                        + ":"
                        + address().getPort()
                        + path)
                .toURL()
                .openConnection();
    try (var in =
        connection.getResponseCode() < 400
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void program(String form) throws IOException {
    Path source = Files.writeString(temporary.resolve("Main.java"), PROGRAM);
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", temporary.toString(), source.toString());
    assertThat(code).isZero();
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Main");
    try (JarOutputStream jar =
            new JarOutputStream(Files.newOutputStream(dir.resolve(ProgramForm.JAR)), manifest);
        var classes = Files.list(temporary)) {
      for (Path file : classes.filter(f -> f.toString().endsWith(".class")).toList()) {
        jar.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, jar);
        jar.closeEntry();
      }
    }
    Files.writeString(dir.resolve(ProgramForm.FILE), form);
  }
}
