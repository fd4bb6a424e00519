// Reads our JSON with the readers of PixiJS and Phaser; atlas_readers.py runs it with node.
//
//   node atlas_readers.js FOLDER_OF_NODE_MODULES DATA.json...
//
// Writes a line of JSON for each reader and file: frames by name (place, trim, whole size, pivot)
// and animations. Neither reader draws anything here; the cutting is checked by the caller.
const fs = require("fs");
const path = require("path");

const modules = path.resolve(process.argv[2]);

async function pixi(data) {
  const { BaseTexture } = require(path.join(modules, "@pixi/core"));
  const { Spritesheet } = require(path.join(modules, "@pixi/spritesheet"));
  const base = new BaseTexture(null);
  base.setRealSize(data.meta.size.w, data.meta.size.h);
  const sheet = new Spritesheet(base, data);
  await sheet.parse();
  const frames = {};
  for (const [name, texture] of Object.entries(sheet.textures)) {
    const trim = texture.trim || { x: 0, y: 0 };
    frames[name] = {
      place: [texture.frame.x, texture.frame.y, texture.frame.width, texture.frame.height],
      offset: [trim.x, trim.y],
      source: [texture.orig.width, texture.orig.height],
      pivot: [texture.defaultAnchor.x, texture.defaultAnchor.y],
    };
  }
  const animations = {};
  for (const [name, textures] of Object.entries(sheet.animations)) {
    animations[name] = textures.map((texture) => texture.textureCacheIds[0]);
  }
  return { frames, animations };
}

function phaser(data) {
  const textures = path.join(modules, "phaser/src/textures");
  const Frame = require(path.join(textures, "Frame.js"));
  const parser = Array.isArray(data.frames) ? "JSONArray.js" : "JSONHash.js";
  const parse = require(path.join(textures, "parsers", parser));
  const source = { width: data.meta.size.w, height: data.meta.size.h, glTexture: null };
  const texture = { source: [source], frames: {}, customData: {}, frameTotal: 0 };
  texture.add = (name, index, x, y, width, height) => {
    const frame = new Frame(texture, name, index, x, y, width, height);
    texture.frames[name] = frame;
    return frame;
  };
  texture.get = (name) => texture.frames[name];
  parse(texture, 0, data);
  const frames = {};
  for (const [name, frame] of Object.entries(texture.frames)) {
    if (name === "__BASE") continue;
    frames[name] = {
      place: [frame.cutX, frame.cutY, frame.cutWidth, frame.cutHeight],
      offset: [frame.x, frame.y],
      source: [frame.realWidth, frame.realHeight],
      pivot: frame.customPivot ? [frame.pivotX, frame.pivotY] : [0.5, 0.5],
    };
  }
  return { frames, animations: texture.customData.animations || {} };
}

async function main() {
  for (const file of process.argv.slice(3)) {
    const text = fs.readFileSync(file, "utf-8");
    for (const [reader, read] of Object.entries({ pixi, phaser })) {
      const data = JSON.parse(text);
      if (reader === "pixi" && Array.isArray(data.frames)) continue; // PixiJS reads the hash alone
      console.log(JSON.stringify({ reader, file, ...(await read(data)) }));
    }
  }
}

main();
