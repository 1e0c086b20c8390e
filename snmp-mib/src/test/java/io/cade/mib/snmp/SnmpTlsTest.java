package io.cade.mib.snmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cade.mib.CabinetControl;
import io.cade.mib.ManagerRole;
import io.cade.mib.MibOids;
import io.cade.mib.Tools;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snmp4j.CertifiedTarget;
import org.snmp4j.MessageDispatcherImpl;
import org.snmp4j.PDU;
import org.snmp4j.ScopedPDU;
import org.snmp4j.Snmp;
import org.snmp4j.event.ResponseEvent;
import org.snmp4j.mp.CounterSupport;
import org.snmp4j.mp.MPv3;
import org.snmp4j.mp.SnmpConstants;
import org.snmp4j.security.SecurityLevel;
import org.snmp4j.security.SecurityModel;
import org.snmp4j.security.SecurityModels;
import org.snmp4j.security.SecurityProtocols;
import org.snmp4j.security.TSM;
import org.snmp4j.smi.Address;
import org.snmp4j.smi.Integer32;
import org.snmp4j.smi.OID;
import org.snmp4j.smi.OctetString;
import org.snmp4j.smi.TlsAddress;
import org.snmp4j.smi.VariableBinding;
import org.snmp4j.transport.TLSTM;
import org.snmp4j.transport.tls.TlsTmSecurityCallback;

/** SNMP over TLS (RFC 6353) with SNMP4J, net-snmp and peers that misbehave. */
@Timeout(120)
class SnmpTlsTest {
  private static final String NAME = MibOids.CADE_CABINET_NAME + ".0";
  private static final String INTERNAL = MibOids.CADE_CARD_INTERNAL_ADDRESS + ".1.1";
  private static final String SERIAL = SetSerial.SET_GROUP + ".1.0";

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  Path folder;

  private final AtomicLong nanos = new AtomicLong(1);
  private final BlockingQueue<AuthenticationFailures.Failure> failures =
      new LinkedBlockingQueue<>();

  @SuppressWarnings("NullAway.Init") // by JUnit
  @TempDir
  static Path keys;

  @SuppressWarnings("NullAway.Init") // by makeCertificates()
  private static TestCertificates certificates;

  @SuppressWarnings("NullAway.Init") // by start()
  private SnmpAgent agent;

  /** Once: each costs a start of keytool. */
  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = new TestCertificates(keys);
    certificates.make("agent", "CN=agent", "EC", "", "-ext", "san=ip:127.0.0.1,dns:localhost");
    certificates.make("olga", "CN=olga", "RSA", "");
    certificates.make("ca", "CN=authority of managers", "EC", "", "-ext", "bc:c");
    certificates.make("mona", "CN=mona", "EC", "ca");
    certificates.make("other", "CN=other", "EC", "ca");
    certificates.make("false", "CN=mona", "EC", "");
    certificates.make("past", "CN=past", "EC", "", "-startdate", "-2d", "-validity", "1");
    certificates.make("twin", "CN=mona", "EC", "agent");
  }

  @BeforeEach
  void start() throws Exception {
    var tls =
        new SnmpTls(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            certificates.key("agent"),
            certificates.chain("agent"),
            List.of(
                new SnmpTlsUser("olga", ManagerRole.OPERATOR, print("olga")),
                new SnmpTlsUser("past", ManagerRole.OPERATOR, print("past")),
                new SnmpTlsUser(
                    "mona",
                    ManagerRole.MONITOR,
                    new SnmpTlsUser.Issued(
                        certificates.certificate("mona").getSubjectX500Principal(),
                        List.of(certificates.certificate("ca"))))));
    agent =
        new SnmpAgent(
            new SnmpAgentConfig(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                false,
                true,
                List.of(new SnmpCommunity("graphs", ManagerRole.MONITOR, List.of())),
                List.of(),
                Files.createDirectory(folder.resolve("state")),
                new SnmpAgentConfig.SystemTexts("Cade", "", "cabinet-7", ""),
                tls),
            FixtureView.of(2, 3, 2),
            CabinetControl.none(),
            failures::add,
            InstantSource.fixed(FixtureView.NOW),
            nanos::get);
    agent.start();
  }

  private SnmpTlsUser.Proof print(String name) throws Exception {
    return SnmpTlsUser.Fingerprint.parse(certificates.fingerprint(name));
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  /** A manager on SNMP4J's own transport. */
  private final class TlsManager implements AutoCloseable, TlsTmSecurityCallback<X509Certificate> {
    private final Snmp snmp;
    private final String certificate;

    TlsManager(String certificate, String protocol) throws Exception {
      this.certificate = certificate;
      var transport = new TLSTM();
      transport.setSecurityCallback(this);
      transport.setProtocolVersions(new String[] {protocol});
      transport.setKeyStore(certificates.only(certificate).toString());
      transport.setKeyStorePassword(TestCertificates.PASSWORD);
      transport.setTrustStore(certificates.only("agent").toString());
      transport.setTrustStorePassword(TestCertificates.PASSWORD);
      byte[] engineId = MPv3.createLocalEngineID();
      var tsm = new TSM(new OctetString(engineId), false);
      var dispatcher = new MessageDispatcherImpl();
      dispatcher.addMessageProcessingModel(
          new MPv3(
              engineId,
              null,
              SecurityProtocols.getInstance(),
              SecurityModels.getCollection(new SecurityModel[] {tsm}),
              new CounterSupport()));
      snmp = new Snmp(dispatcher, transport);
      snmp.listen();
    }

    PDU ask(int type, VariableBinding... bindings) throws IOException {
      var pdu = new ScopedPDU();
      pdu.setType(type);
      pdu.setContextEngineID(MPv3.LOCAL_ENGINE_ID);
      pdu.addAll(bindings);
      InetSocketAddress at = agent.localTlsAddress();
      var target =
          new CertifiedTarget<TlsAddress>(
              new TlsAddress(at.getAddress(), at.getPort()),
              new OctetString(certificate),
              new OctetString(),
              new OctetString());
      target.setSecurityModel(SecurityModel.SECURITY_MODEL_TSM);
      target.setSecurityLevel(SecurityLevel.AUTH_PRIV);
      target.setVersion(SnmpConstants.version3);
      target.setTimeout(5000);
      ResponseEvent<TlsAddress> event = snmp.send(pdu, target);
      PDU response = event == null ? null : event.getResponse();
      if (response == null) {
        throw new IOException("no answer");
      }
      return response;
    }

    String get(String instance) throws IOException {
      PDU response = ask(PDU.GET, new VariableBinding(new OID(instance)));
      return response.getErrorStatus() == 0
          ? response.get(0).getVariable().toString()
          : response.getErrorStatusText();
    }

    @Override
    public OctetString getSecurityName(X509Certificate[] chain) {
      return new OctetString(certificate);
    }

    @Override
    public boolean isClientCertificateAccepted(X509Certificate certificate) {
      return false;
    }

    @Override
    public boolean isServerCertificateAccepted(X509Certificate[] chain) {
      return true;
    }

    @Override
    public boolean isAcceptedIssuer(X509Certificate issuer) {
      return true;
    }

    @Override
    public @Nullable String getLocalCertificateAlias(Address address) {
      return certificate;
    }

    @Override
    public void close() throws IOException {
      snmp.close();
    }
  }

  @Test
  void certificatesDecideWhoReadsAndWritesWhat() throws Exception {
    for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
      try (var olga = new TlsManager("olga", protocol);
          var mona = new TlsManager("mona", protocol)) {
        assertThat(olga.get(NAME)).isEqualTo("cabinet-7");
        assertThat(olga.get(INTERNAL)).isEqualTo("7f:01:01:01");
        assertThat(mona.get(NAME)).isEqualTo("cabinet-7");
        assertThat(mona.get(INTERNAL)).isEqualTo("noSuchObject");

        var serial =
            new VariableBinding(new OID(SERIAL), new Integer32(Integer.parseInt(olga.get(SERIAL))));
        PDU refused = mona.ask(PDU.SET, serial);
        assertThat(refused.getErrorStatus()).isEqualTo(PDU.noAccess);
        PDU done = olga.ask(PDU.SET, serial);
        assertThat(done.getErrorStatus()).isEqualTo(PDU.noError);
      }
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void walkOverOneSessionReadsTheViewOfItsUser() throws Exception {
    try (var mona = new TlsManager("mona", "TLSv1.3")) {
      var top = new OID(MibOids.CADE);
      var at = top;
      var names = new ArrayList<String>();
      walk:
      while (true) {
        var pdu = mona.ask(PDU.GETNEXT, new VariableBinding(at));
        for (VariableBinding binding : pdu.getVariableBindings()) {
          if (!binding.getOid().startsWith(top) || binding.isException()) {
            break walk;
          }
          names.add(binding.getOid().toDottedString());
          at = binding.getOid();
        }
      }
      assertThat(names).hasSizeGreaterThan(150).doesNotHaveDuplicates();
      assertThat(names).noneMatch(n -> n.startsWith(MibOids.CADE_CARD_INTERNAL_ADDRESS + "."));
    }
  }

  @Test
  void netSnmpReadsAndIsRefused() throws Exception {
    String program = Tools.need("snmpget", "snmp");
    Tools.Result version = Tools.run(Map.of(), List.of(program, "-H"));
    assumeTrue(
        version.output().contains("clientCert") || version.output().contains("x509"),
        "needs snmpget with TLS (package snmp)");
    Path home = Files.createDirectories(folder.resolve("net-snmp"));
    Files.createDirectories(home.resolve("tls/certs"));
    Files.createDirectories(home.resolve("tls/private"));
    for (String name : List.of("olga", "false")) {
      Files.writeString(
          home.resolve("tls/certs/" + name + ".crt"), certificates.certificatePem(name));
      Path key =
          Files.writeString(
              home.resolve("tls/private/" + name + ".key"), certificates.keyPem(name));
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }
    Files.writeString(home.resolve("tls/certs/agent.crt"), certificates.certificatePem("agent"));
    String answer = netSnmp(program, home, "olga", INTERNAL);
    // Until 5.9.3 it knows TLS 1.0 and nothing else, which RFC 9456 forbids.
    assumeFalse(
        answer.contains("failed to ssl_connect"),
        "needs snmpget with TLS 1.2 (net-snmp after 5.9.3)");
    assertThat(answer).contains("7F 01 01 01");
    assertThat(netSnmp(program, home, "false", INTERNAL)).doesNotContain("7F 01 01 01");
    var failure = failures.poll(10, TimeUnit.SECONDS);
    assertThat(failure).isNotNull();
    assertThat(failure.reason()).isEqualTo(AuthenticationFailures.Reason.CERTIFICATE);
  }

  private String netSnmp(String program, Path home, String identity, String instance)
      throws Exception {
    InetSocketAddress at = agent.localTlsAddress();
    return Tools.run(
            Map.of(
                "SNMPCONFPATH", home.toString(),
                "SNMP_PERSISTENT_DIR", home.toString(),
                "HOME", home.toString()),
            List.of(
                program,
                "-v3",
                "-Onqet",
                "-m",
                "",
                "-r",
                "0",
                "-t",
                "5",
                "-T",
                "our_identity=" + identity,
                "-T",
                "their_identity=agent",
                "tlstcp:127.0.0.1:" + at.getPort(),
                instance))
        .output();
  }

  @Test
  void opensslIsAnsweredToo() throws Exception {
    String program = Tools.need("openssl", "openssl");
    Path certificate =
        Files.writeString(folder.resolve("olga.crt"), certificates.certificatePem("olga"));
    Path key = Files.writeString(folder.resolve("olga.key"), certificates.keyPem("olga"));
    Path server =
        Files.writeString(folder.resolve("agent.crt"), certificates.certificatePem("agent"));
    for (String version : List.of("-tls1_2", "-tls1_3")) {
      Process client =
          new ProcessBuilder(
                  program,
                  "s_client",
                  "-quiet",
                  version,
                  "-verify_return_error",
                  "-CAfile",
                  server.toString(),
                  "-cert",
                  certificate.toString(),
                  "-key",
                  key.toString(),
                  "-connect",
                  "127.0.0.1:" + agent.localTlsAddress().getPort())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        client.getOutputStream().write(request());
        client.getOutputStream().flush();
        var said = new StringBuilder();
        while (said.indexOf("cabinet-7") < 0) { // and no read after it: nothing more comes
          int octet = client.getInputStream().read();
          if (octet < 0) {
            break;
          }
          said.append((char) octet);
        }
        assertThat(said).contains("cabinet-7");
      } finally {
        client.destroyForcibly();
      }
    }
  }

  /** TLS without an SNMP program behind it. */
  private SSLSocket connect(@Nullable String certificate) throws Exception {
    char[] password = TestCertificates.PASSWORD.toCharArray();
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    if (certificate != null) {
      keys.init(KeyStore.getInstance(certificates.only(certificate).toFile(), password), password);
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("agent", certificates.certificate("agent"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        certificate == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    InetSocketAddress at = agent.localTlsAddress();
    var socket = (SSLSocket) context.getSocketFactory().createSocket(at.getAddress(), at.getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** With TLS 1.3 a client learns of it when it reads. */
  private void assertRefused(@Nullable String certificate) throws Exception {
    try (SSLSocket socket = connect(certificate)) {
      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                socket.getOutputStream().write(new byte[] {0x30, 0});
                if (socket.getInputStream().read() < 0) {
                  throw new IOException("closed");
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void certificatesOfNobodyOfAnotherIssuerAndOfYesterdayAreRefused() throws Exception {
    for (String name : List.of("other", "false", "twin", "past")) {
      assertRefused(name);
      var failure = failures.poll(10, TimeUnit.SECONDS);
      assertThat(failure).isNotNull();
      assertThat(failure.reason()).isEqualTo(AuthenticationFailures.Reason.CERTIFICATE);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(2)); // the next is told of again
    }
    assertRefused(null);
    try (var olga = new TlsManager("olga", "TLSv1.3")) {
      assertThat(olga.get(AgentCounters.TLS_INVALID_CLIENT_CERTIFICATES.toString())).isEqualTo("4");
      while (!olga.get(AgentCounters.TLS_OPEN_ERRORS.toString()).equals("5")) {
        Thread.onSpinWait(); // the agent counts after the client has heard
      }
      assertThat(olga.get(AgentCounters.TLS_ACCEPTS.toString())).isEqualTo("1");
    }
  }

  @Test
  void whatIsNoMessageOrTooLongEndsTheSessionAndIsCounted() throws Exception {
    for (String octets : List.of("474554", "3084ffffffff", "30830f0000", "3000ff01")) {
      try (SSLSocket socket = connect("olga")) {
        socket.startHandshake();
        socket.getOutputStream().write(HexFormat.of().parseHex(octets));
        assertThat(readsEnd(socket)).isTrue();
      }
    }
    try (var olga = new TlsManager("olga", "TLSv1.3")) {
      assertThat(Long.parseLong(olga.get(SnmpConstants.snmpInASNParseErrs.toString())))
          .isGreaterThanOrEqualTo(4);
      assertThat(olga.get(NAME)).isEqualTo("cabinet-7");
    }
  }

  private static boolean readsEnd(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    try {
      while (in.read() >= 0) {
        // answers to what came before
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void handshakeThatDoesNotComeToItsEndIsEndedAndIdleSessionsToo() throws Exception {
    InetSocketAddress at = agent.localTlsAddress();
    try (var silent = new Socket(at.getAddress(), at.getPort());
        SSLSocket idle = connect("olga")) {
      silent.setSoTimeout(20_000);
      idle.startHandshake();
      try (var olga = new TlsManager("olga", "TLSv1.3")) {
        // The session of "idle" was accepted before this answer.
        assertThat(olga.get(NAME)).isEqualTo("cabinet-7");
      }
      nanos.addAndGet(TlsSocket.seconds(TlsSocket.HANDSHAKE_SECONDS + 1));
      assertThat(readsEnd(silent)).isTrue();
      nanos.addAndGet(TlsSocket.seconds(TlsSocket.IDLE_SECONDS + 1));
      assertThat(readsEnd(idle)).isTrue();
    }
  }

  @Test
  void connectionsFromOneAddressAreBounded() throws Exception {
    InetSocketAddress at = agent.localTlsAddress();
    var sockets = new ArrayList<Socket>();
    try {
      for (int i = 0; i < TlsSocket.MAX_PER_SOURCE + 1; i++) {
        var socket = new Socket(at.getAddress(), at.getPort());
        socket.setSoTimeout(20_000);
        sockets.add(socket);
      }
      assertThat(readsEnd(sockets.getLast())).isTrue();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** Who has no session over TLS has no name, whatever the message says. */
  @Test
  void transportSecurityIsNotBelievedOverUdp() throws Exception {
    byte[] request = request();
    try (var socket = new java.net.DatagramSocket()) {
      socket.setSoTimeout(1000);
      InetSocketAddress at = agent.localAddress();
      socket.send(new java.net.DatagramPacket(request, request.length, at));
      var answer = new java.net.DatagramPacket(new byte[4096], 4096);
      try {
        socket.receive(answer);
        byte[] name = "cabinet-7".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(HexFormat.of().formatHex(answer.getData(), 0, answer.getLength()))
            .doesNotContain(HexFormat.of().formatHex(name));
      } catch (java.net.SocketTimeoutException e) {
        // silence
      }
    }
  }

  private static byte[] element(int tag, byte[]... contents) {
    var out = new java.io.ByteArrayOutputStream();
    out.write(tag);
    out.write(java.util.Arrays.stream(contents).mapToInt(c -> c.length).sum());
    for (byte[] c : contents) {
      out.writeBytes(c);
    }
    return out.toByteArray();
  }

  /** GET of sysName.0 by TSM with authPriv. */
  private static byte[] request() {
    return element(
        0x30,
        new byte[] {2, 1, 3},
        element(0x30, new byte[] {2, 1, 7, 2, 2, 8, 0, 4, 1, 7, 2, 1, 4}),
        new byte[] {4, 0},
        element(
            0x30,
            element(4, MPv3.LOCAL_ENGINE_ID.getValue()),
            new byte[] {4, 0},
            element(
                0xA0,
                new byte[] {2, 1, 9, 2, 1, 0, 2, 1, 0},
                element(
                    0x30,
                    element(
                        0x30, new byte[] {6, 8, 0x2B, 6, 1, 2, 1, 1, 5, 0}, new byte[] {5, 0})))));
  }
}
