/** What Pillow gives, from tests/fixtures/generate_pillow.py. */

const path = new URL("../fixtures/pillow.json", import.meta.url);

interface Fixtures {
  readonly resized: readonly {
    readonly height: number;
    readonly width: number;
    readonly data: string;
    readonly size: readonly [number, number];
    readonly bilinear: string;
    readonly bicubic: string;
  }[];
  readonly decoded: readonly {
    readonly name: string;
    readonly mode: string;
    readonly width: number;
    readonly height: number;
    readonly file: string;
    readonly pixels: string;
  }[];
}

/** The fixtures; bytes are base64. */
export const pillow: Fixtures = JSON.parse(await Deno.readTextFile(path));

/** The bytes of a base64 text. */
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
