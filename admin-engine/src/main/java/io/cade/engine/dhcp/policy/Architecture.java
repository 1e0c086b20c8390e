package io.cade.engine.dhcp.policy;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Client system architectures (option 93; IANA registry "Processor Architecture Types", RFC 4578
 * §2.1 with its erratum) under the names that the configuration uses.
 */
public enum Architecture {
  /** x86 BIOS. */
  BIOS("bios", 0),
  EFI_IA32("efi-ia32", 6),
  /** 7 by the registry; 9 is what RFC 4578 had printed, and what some firmware still sends. */
  EFI_X64("efi-x64", 7, 9),
  EFI_ARM32("efi-arm32", 10),
  EFI_ARM64("efi-arm64", 11),
  HTTP_IA32("http-ia32", 15),
  HTTP_X64("http-x64", 16),
  HTTP_ARM32("http-arm32", 18),
  HTTP_ARM64("http-arm64", 19),
  EFI_RISCV64("efi-riscv64", 27),
  HTTP_RISCV64("http-riscv64", 28);

  private final String word;
  private final int code;
  // The same value as code when there is no other.
  private final int otherCode;

  Architecture(String word, int code) {
    this(word, code, code);
  }

  Architecture(String word, int code, int otherCode) {
    this.word = word;
    this.code = code;
    this.otherCode = otherCode;
  }

  /** Its name in the configuration. */
  public String word() {
    return word;
  }

  /**
   * By its name.
   *
   * @throws IllegalArgumentException listing the names there are
   */
  public static Architecture of(String word) {
    return Arrays.stream(values())
        .filter(a -> a.word.equals(word))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'" + word + "' is none of " + Arrays.stream(values()).map(a -> a.word).toList()));
  }

  /** The architecture that a number means, if it is known here. */
  public static Optional<Architecture> of(OptionalInt code) {
    return code.isEmpty()
        ? Optional.empty()
        : Arrays.stream(values())
            .filter(a -> a.code == code.getAsInt() || a.otherCode == code.getAsInt())
            .findFirst();
  }

  /** The loaders that iPXE builds under its usual names. */
  public static Map<Architecture, String> usualLoaders() {
    Map<Architecture, String> loaders = new TreeMap<>();
    loaders.put(BIOS, "undionly.kpxe");
    loaders.put(EFI_X64, "ipxe.efi");
    loaders.put(EFI_ARM64, "ipxe-arm64.efi");
    loaders.put(HTTP_X64, "ipxe.efi");
    loaders.put(HTTP_ARM64, "ipxe-arm64.efi");
    return loaders;
  }
}
