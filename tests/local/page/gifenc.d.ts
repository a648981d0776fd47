/** The part of the library that the moving picture needs; it comes without types. */
declare module "gifenc" {
  type Palette = (readonly [red: number, green: number, blue: number])[];
  interface Encoder {
    writeFrame(
      pixels: Uint8Array,
      width: number,
      height: number,
      options: {
        readonly palette?: Palette;
        /** Milliseconds that the frame is shown. */
        readonly delay: number;
        readonly transparent: boolean;
        readonly transparentIndex: number;
        /** 1 leaves the frame where the next one is transparent. */
        readonly dispose: number;
      },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  }
  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8Array, colours: number): Palette;
  export function applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
  export type { Palette };
}
