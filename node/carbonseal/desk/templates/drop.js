"use strict";
// Files and folders that are dropped on the page go with the form, under the paths that they had.
(() => {
  const form = document.querySelector("form");
  const area = document.getElementById("drop");
  const list = document.getElementById("dropped");
  const clear = document.getElementById("clear");
  const dropped = [];

  const show = () => {
    list.replaceChildren(...dropped.slice(0, 50).map(({ path }) => {
      const line = document.createElement("li");
      line.textContent = path;
      return line;
    }));
    area.querySelector("output").textContent = dropped.length ? area.dataset.count.replace("{count}", dropped.length) : "";
    clear.hidden = !dropped.length;
  };

  const files = async (entry, above) => {
    const path = above + entry.name;
    if (entry.isFile) {
      dropped.push({ path, file: await new Promise((take, fail) => entry.file(take, fail)) });
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((take, fail) => reader.readEntries(take, fail));
      if (!some.length) return;
      for (const one of some) await files(one, path + "/");
    }
  };

  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    area.classList.add("over");
  });
  document.addEventListener("dragleave", () => area.classList.remove("over"));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    area.classList.remove("over");
    const given = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const entries = given.map((item) => [item.webkitGetAsEntry(), item.getAsFile()]); // both only before the first await
    for (const [entry, file] of entries) {
      if (entry) await files(entry, "");
      else if (file) dropped.push({ path: file.name, file });
    }
    show();
    form.querySelector("button[type=submit]").focus();
  });
  clear.addEventListener("click", () => {
    dropped.length = 0;
    show();
  });
  form.addEventListener("formdata", (event) => {
    for (const { path, file } of dropped) event.formData.append("files", file, path);
  });
  area.hidden = false;
})();
