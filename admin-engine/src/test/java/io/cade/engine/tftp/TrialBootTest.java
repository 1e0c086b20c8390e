package io.cade.engine.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cade.agent.wire.CardPosition;
import io.cade.agent.wire.MacAddress;
import io.cade.engine.boothttp.BootHttpConfig;
import io.cade.engine.boothttp.BootHttpServer;
import io.cade.engine.boottree.BootTree;
import io.cade.engine.boottree.ImageSource;
import io.cade.engine.boottree.IpxeScriptSource;
import io.cade.engine.change.Decision;
import io.cade.engine.datagram.NettyDatagramLoop;
import io.cade.engine.dhcp.wire.Ipv4Address;
import io.cade.engine.images.ImageCatalogue;
import io.cade.engine.images.ImageOperations;
import io.cade.engine.images.ImageStaging;
import io.cade.engine.images.SlotBoots;
import io.cade.engine.model.Change;
import io.cade.engine.model.SlotImage;
import io.cade.engine.operate.Caller;
import io.cade.engine.operate.Role;
import io.cade.engine.pki.ModuleAuthority;
import io.cade.engine.store.EngineState;
import io.cade.image.boot.ImageBuilder;
import io.cade.image.boot.ImageSigner;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image on trial for a card that boots from the network: over real sockets, from a durable state
 * that is closed and opened again in between.
 */
@Timeout(90)
final class TrialBootTest {
  private static final CardPosition SLOT = new CardPosition(1, 3);
  private static final Ipv4Address SERVER = Ipv4Address.of(127, 0, 0, 1);
  private static final Ipv4Address CARD = Ipv4Address.of(127, 1, 1, 3);
  private static final Caller ANN = new Caller("ann", Role.ADMINISTRATOR);

  @TempDir private Path dir;
  private final InstantSource clock = InstantSource.system();
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final NettyDatagramLoop loop = new NettyDatagramLoop(group.next());
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .localAddress(CARD.toInetAddress())
          .build();
  private ModuleAuthority authority;
  private EngineState state;
  private ImageOperations images;
  private TftpServer tftp;
  private int tftpPort;
  private BootHttpServer bootHttp;
  private String old;
  private String next;

  @BeforeEach
  void start() throws Exception {
    authority = ModuleAuthority.open(dir.resolve("pki"), clock, new SecureRandom());
    try (DatagramSocket probe = new DatagramSocket(SERVER.port(0))) {
      tftpPort = probe.getLocalPort();
    }
    engineStarts();
    commit(
        new Change.LeaseGranted(
            SLOT,
            new MacAddress("02:00:00:01:03:00"),
            "127.1.1.3",
            clock.instant().plus(Duration.ofHours(1))));
    Path first = built("1");
    Path second = built("2");
    old = io.cade.image.Digests.of(first);
    next = io.cade.image.Digests.of(second);
    Path upload = images.newUpload();
    Files.write(upload, Files.readAllBytes(first));
    images.importImage(ANN, upload, false).toCompletableFuture().get(30, TimeUnit.SECONDS);
    ImageStaging staging =
        new ImageStaging(
            state.writer(),
            images,
            digest -> digest.equals(next) ? Optional.of(second) : Optional.empty(),
            blocking);
    for (int i = 0; i < 4; i++) {
      // As each pass of the conductor does.
      staging.stage(next);
    }
    while (!state.writer().current().images().containsKey(next)) {
      Thread.sleep(20);
    }
    assertThat(second).as("the bundle keeps its own").exists();
  }

  @AfterEach
  void stop() throws Exception {
    engineEnds();
    http.close();
    blocking.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private Path built(String version) throws IOException {
    Path kernel = Files.writeString(dir.resolve("kernel-" + version), "kernel " + version);
    Path file = dir.resolve("blade-" + version + ".img");
    new ImageBuilder("blade", version, Long.parseLong(version), Instant.EPOCH, "x86_64")
        .kernel(kernel)
        .write(file, ImageSigner.load(authority.imageSigner()));
    return file;
  }

  private void engineStarts() throws Exception {
    state = EngineState.open(dir.resolve("state"), clock);
    ImageCatalogue catalogue =
        ImageCatalogue.open(
            dir.resolve("images"), state.writer()::current, authority.certificate(), clock);
    images = new ImageOperations(state.writer(), catalogue, blocking);
    BootTree tree =
        new BootTree(
            state.writer()::current,
            clock,
            List.of(
                new IpxeScriptSource(
                    new SlotBoots(catalogue, state.writer()), "http://127.0.0.1:9"),
                new ImageSource(catalogue)));
    tftp =
        TftpServer.start(loop, tree, blocking, TftpConfig.of(SERVER.port(tftpPort)))
            .get(10, TimeUnit.SECONDS);
    bootHttp =
        BootHttpServer.start(group, BootHttpConfig.of(SERVER.port(0)), tree, blocking, clock);
  }

  private void engineEnds() throws Exception {
    tftp.close();
    bootHttp.close();
    state.close();
  }

  private void engineRestarts() throws Exception {
    engineEnds();
    engineStarts();
  }

  private void commit(Change... changes) throws Exception {
    state.writer().submit((_, _) -> Decision.of("", changes)).get(10, TimeUnit.SECONDS);
  }

  private SlotImage slot() {
    return state.writer().current().slotImage(SLOT).orElseThrow();
  }

  private HttpResponse<String> request(String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + bootHttp.local().getPort() + "/" + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** The version that the script names, which the card gets over HTTP. */
  private String byHttp() throws Exception {
    return version(request("GET", "boot.ipxe").body());
  }

  private TftpPacket tftpAnswer() throws Exception {
    try (DatagramSocket client = new DatagramSocket(CARD.port(0))) {
      byte[] ask = TftpCodec.encode(new TftpPacket.ReadRequest("boot.ipxe", "octet", Map.of()));
      client.send(new DatagramPacket(ask, ask.length, SERVER.port(tftpPort)));
      client.setSoTimeout(10_000);
      DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
      client.receive(packet);
      byte[] ack = TftpCodec.encode(new TftpPacket.Ack(1));
      client.send(
          new DatagramPacket(ack, ack.length, (InetSocketAddress) packet.getSocketAddress()));
      return TftpCodec.decode(Arrays.copyOf(packet.getData(), packet.getLength()));
    }
  }

  private String byTftp() throws Exception {
    return version(new String(((TftpPacket.Data) tftpAnswer()).bytes(), StandardCharsets.US_ASCII));
  }

  private static String version(String script) {
    return script.lines().filter(line -> line.startsWith("# card ")).findFirst().orElse(script);
  }

  private static String card(String version) {
    return "# card 1.3: blade " + version;
  }

  @Test
  void aTrialIsHandedOutOnceOverHttpAndTftpAlsoWhenTheEngineIsRestarted() throws Exception {
    assertThat(byHttp()).as("an image that is only in the store").isEqualTo(card("1"));
    commit(new Change.SlotImageChanged(SlotImage.onTrial(SLOT, old, next)));
    engineRestarts();
    assertThat(request("HEAD", "boot.ipxe").statusCode()).isEqualTo(200);
    assertThat(slot().attemptsLeft()).as("who gets nothing pays nothing").isEqualTo(1);
    String script = request("GET", "boot.ipxe").body();
    assertThat(version(script)).isEqualTo(card("2"));
    assertThat(slot().attemptsLeft()).isZero();
    String kernel = script.replaceAll("(?s).*\\$\\{base\\}(images/sha256/[0-9a-f]+).*", "$1");
    assertThat(request("GET", kernel).body()).as("the rest of this boot").isEqualTo("kernel 2");
    engineRestarts();
    assertThat(request("GET", kernel).body()).isEqualTo("kernel 2");
    assertThat(byHttp()).isEqualTo(card("1"));
    assertThat(byTftp()).isEqualTo(card("1"));
    commit(new Change.SlotImageChanged(SlotImage.onTrial(SLOT, old, next)));
    assertThat(byTftp()).as("over TFTP as well").isEqualTo(card("2"));
    engineRestarts();
    assertThat(byTftp()).isEqualTo(card("1"));
    assertThat(byHttp()).isEqualTo(card("1"));
    commit(new Change.SlotImageChanged(slot().good(next)));
    engineRestarts();
    assertThat(List.of(byHttp(), byTftp(), byHttp())).containsOnly(card("2"));
  }

  @Test
  void ofManyRequestsAtOnceOneGetsTheTrial() throws Exception {
    commit(new Change.SlotImageChanged(SlotImage.onTrial(SLOT, old, next)));
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      asked.add(
          http.sendAsync(
              HttpRequest.newBuilder(
                      URI.create("http://127.0.0.1:" + bootHttp.local().getPort() + "/boot.ipxe"))
                  .build(),
              HttpResponse.BodyHandlers.ofString()));
    }
    List<String> got = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> each : asked) {
      got.add(version(each.get(30, TimeUnit.SECONDS).body()));
    }
    assertThat(got).hasSize(6).containsOnlyOnce(card("2")).containsOnly(card("1"), card("2"));
  }

  @Test
  void whatCannotBePaidForIsNotHandedOut() throws Exception {
    commit(new Change.SlotImageChanged(SlotImage.onTrial(SLOT, old, next)));
    // The log is closed under the boot services, as when its disk fails.
    state.close();
    HttpResponse<String> answer = request("GET", "boot.ipxe");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("blade");
    assertThat(tftpAnswer()).isInstanceOf(TftpPacket.Failure.class);
    tftp.close();
    bootHttp.close();
    engineStarts();
    assertThat(byHttp()).isEqualTo(card("2"));
    assertThat(byHttp()).isEqualTo(card("1"));
  }

  @Test
  void anImageThatASlotNamesIsNotRemoved() throws Exception {
    commit(
        new Change.SlotImageChanged(SlotImage.onTrial(SLOT, old, next)),
        new Change.ImageUsed(next));
    assertThat(slot().stays()).as("what a trial works on is left alone").isEqualTo(old);
    for (String digest : List.of(old, next)) {
      assertThatThrownBy(
              () -> images.remove(ANN, digest).toCompletableFuture().get(10, TimeUnit.SECONDS))
          .hasMessageMatching(".*(slots 1.3 boot|cards boot image).*");
    }
    assertThat(images.images()).allSatisfy(view -> assertThat(view.slots()).containsExactly("1.3"));
    commit(new Change.SlotImageForgotten(SLOT));
    images.remove(ANN, old).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(byHttp()).isEqualTo(card("2"));
  }
}
